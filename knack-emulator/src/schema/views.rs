//! Views themselves: making, replacing and deleting them, with the pages that hang on them.

use serde_json::{Value, json};

use super::{Dump, Parts, Refused, found, is, settings};

impl Dump {
    fn scenes(&mut self) -> Result<&mut Vec<Value>, Refused> {
        let scenes = self.content.pointer_mut("/application/scenes").and_then(Value::as_array_mut);
        scenes.ok_or(Refused::Missing)
    }

    /// The views of a page. What has to do with logins was seen to fail with the API key.
    fn views(&mut self, scene: &str) -> Result<&mut Vec<Value>, Refused> {
        let scene = found(self.scenes()?, scene)?;
        if scene.get("type").and_then(Value::as_str) == Some("authentication") {
            return Err(Refused::Login);
        }
        let views = scene.entry("views").or_insert_with(|| json!([]));
        views.as_array_mut().ok_or(Refused::Missing)
    }

    pub(super) fn add_view(&mut self, scene: &str, given: Parts) -> Result<Option<Value>, Refused> {
        self.views(scene)?;
        let view = view(&self.new_key("view"), given)?;
        self.views(scene)?.push(view.clone());
        let told = changes([vec![view.clone()], vec![], vec![]], &[]);
        Ok(Some(json!({"view": view, "changes": told})))
    }

    /// A view is replaced whole. Pages below this one that it alone led to are gone where it leads there no more.
    pub(super) fn change_view(
        &mut self,
        scene: &str,
        key: &str,
        given: Parts,
    ) -> Result<Option<Value>, Refused> {
        let new = view(key, given)?;
        let old = std::mem::replace(self.view(scene, key)?, new.clone());
        let pages = self.delete_left(scene, &old)?;
        let told = changes([vec![], vec![new.clone()], vec![]], &pages);
        Ok(Some(json!({"view": new, "changes": told})))
    }

    pub(super) fn delete_view(&mut self, scene: &str, key: &str) -> Result<Option<Value>, Refused> {
        let old = self.view(scene, key)?.clone();
        self.views(scene)?.retain(|view| !is(view, key));
        let pages = self.delete_left(scene, &old)?;
        Ok(Some(json!({"delete": true, "changes": changes([vec![], vec![], vec![old]], &pages)})))
    }

    fn view(&mut self, scene: &str, key: &str) -> Result<&mut Value, Refused> {
        let view = self.views(scene)?.iter_mut().find(|view| is(view, key)).ok_or(Refused::Missing)?;
        if is_login(view) { Err(Refused::Login) } else { Ok(view) }
    }

    /// Deletes the pages below a page that `old` led to and no view of it does now, and those below them.
    fn delete_left(&mut self, scene: &str, old: &Value) -> Result<Vec<Value>, Refused> {
        let scene = found(self.scenes()?, scene)?;
        let Some(own) = text(scene.get("slug")).map(str::to_owned) else { return Ok(Vec::new()) };
        let led = led_to(scene.get("views").unwrap_or(&Value::Null));
        let left: Vec<String> = led_to(old).into_iter().filter(|slug| !led.contains(slug)).collect();
        let below = |scene: &Value, parent: &str| text(scene.get("parent")) == Some(parent);
        let is_left =
            |scene: &Value| text(scene.get("slug")).is_some_and(|slug| left.iter().any(|left| left == slug));
        let scenes = std::mem::take(self.scenes()?);
        let (mut gone, mut stay): (Vec<_>, Vec<_>) =
            scenes.into_iter().partition(|scene| below(scene, &own) && is_left(scene));
        let mut at = 0;
        while let Some(parent) = gone.get(at) {
            if let Some(parent) = text(parent.get("slug")).map(str::to_owned) {
                let (more, rest): (Vec<_>, Vec<_>) =
                    stay.into_iter().partition(|scene| below(scene, &parent));
                gone.extend(more);
                stay = rest;
            }
            at += 1;
        }
        *self.scenes()? = stay;
        Ok(gone)
    }
}

fn view(key: &str, given: Parts) -> Result<Value, Refused> {
    let mut view = settings(given);
    if view.get("type").is_none_or(|kind| !kind.is_string()) {
        return Err(Refused::Without("The type of a view"));
    }
    view.insert("key".to_owned(), json!(key));
    let view = Value::Object(view);
    if is_login(&view) { Err(Refused::Login) } else { Ok(view) }
}

/// A text that says something.
fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn is_login(view: &Value) -> bool {
    view.get("type").and_then(Value::as_str) == Some("login")
}

/// The pages that links in a view lead to, by their slugs.
fn led_to(part: &Value) -> Vec<String> {
    match part {
        Value::Array(items) => items.iter().flat_map(led_to).collect(),
        Value::Object(parts) => {
            let own = parts.get("scene").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(parts.values().flat_map(led_to)).collect()
        }
        _ => Vec::new(),
    }
}

/// What a call did, to views (inserted, updated, deleted) and to pages.
fn changes([inserts, updates, deletes]: [Vec<Value>; 3], pages: &[Value]) -> Value {
    json!({
        "inserts": {"views": inserts, "scenes": []},
        "updates": {"views": updates, "scenes": []},
        "deletes": {"views": deletes, "scenes": pages},
    })
}
