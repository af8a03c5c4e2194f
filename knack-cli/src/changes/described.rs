//! Things as their settings, so that all are compared alike.

use std::collections::BTreeMap;

use knack_runtime::key::ObjectKey;
use knack_runtime::schema::{
    Access, Application, FieldSchema, ObjectSchema, SceneSchema, ViewItem, ViewSchema,
};
use serde_json::Value;

use super::What;

/// What objects are called: by their later names, where they have two.
pub(crate) struct ObjectNames(BTreeMap<ObjectKey, String>);

impl ObjectNames {
    pub(crate) fn of(states: [&Application; 2]) -> Self {
        let objects = states.into_iter().flat_map(|app| &app.objects);
        Self(objects.map(|object| (object.key, object.name.clone())).collect())
    }

    fn get(&self, key: Option<ObjectKey>) -> String {
        let named = |key| match self.0.get(&key) {
            Some(name) => format!("{name} ({key})"),
            None => key.to_string(),
        };
        key.map(named).unwrap_or_default()
    }
}

/// A thing as its settings by name, and its lists. A setting that is empty is none.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) kind: String,
    settings: Vec<(String, String)>,
    lists: Vec<(&'static str, Vec<String>)>,
}

impl Described {
    pub(crate) fn app(app: &Application) -> Self {
        let id = app.id.map(|id| id.to_string()).unwrap_or_default();
        Self::default()
            .set("id", id)
            .set("name", &app.name)
            .set("time zone", app.time_zone.clone().unwrap_or_default())
    }

    pub(crate) fn object(object: &ObjectSchema) -> Self {
        let identifier = object.identifier.map(|key| key.to_string());
        Self::default()
            .set("name", &object.name)
            .set("field that names records", identifier.unwrap_or_default())
            .set("role", object.profile.map(|key| key.to_string()).unwrap_or_default())
    }

    pub(crate) fn field(field: &FieldSchema, names: &ObjectNames) -> Self {
        let kind = if field.kind.name() == field.kind_name { field.kind.label() } else { &field.kind_name };
        // Of choices, the format tells it.
        let takes = match (field.target, field.several) {
            (None, _) => "",
            (Some(_), true) => "several",
            (Some(_), false) => "one",
        };
        let described = Self::default()
            .set("name", &field.name)
            .set("kind", kind)
            .set("required", yes(field.required))
            .set("unique", yes(field.unique))
            .set("takes", takes)
            .set("target", names.get(field.target))
            .set("shared", yes(field.shared))
            .list("option", field.options.clone());
        let others = field.format.iter().filter(|(name, _)| *name != "options");
        let described = others.fold(described, |described, (name, value)| described.set(name, plain(value)));
        Self { kind: kind.to_owned(), ..described }
    }

    pub(crate) fn page(app: &Application, scene: &SceneSchema, names: &ObjectNames) -> Self {
        Self::default()
            .set("name", &scene.name)
            .set("slug", &scene.slug)
            .set("kind", &scene.kind)
            .set("page above", scene.parent.clone().unwrap_or_default())
            .set("object", names.get(scene.object))
            .set("access", access(app.access(scene)))
    }

    pub(crate) fn view(app: &Application, view: &ViewSchema, names: &ObjectNames) -> Self {
        // To whom a page is open the page tells; whether calls need a login is what a program goes by.
        let login = app.page(view).is_some_and(|page| app.access(page) != Access::Everybody);
        let under = app.page_of_record(view);
        let under = under.map(|page| format!("{} of `{}`", names.get(page.object), page.slug));
        let described = Self::default()
            .set("name", &view.name)
            .set("kind", &view.kind)
            .set("page", view.scene.to_string())
            .set("login", yes(login))
            .set("record", under.unwrap_or_default())
            .set("title", &view.title)
            .set("action", view.action.clone().unwrap_or_default())
            .set("object", names.get(view.object))
            .set("editing in place", yes(view.inline_editing))
            .list("column", view.columns.iter().map(item).collect())
            .list("input", view.inputs.iter().map(item).collect());
        let others = view.source.iter().filter(|(name, _)| *name != "object");
        let described = others.fold(described, |described, (name, value)| described.set(name, plain(value)));
        Self { kind: view.kind.clone(), ..described }
    }

    fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    fn list(mut self, name: &'static str, items: Vec<String>) -> Self {
        self.lists.push((name, items));
        self
    }

    /// What is other in `is`, in the order of the settings.
    pub(crate) fn against(&self, is: &Self) -> Vec<What> {
        let mut names: Vec<&String> =
            self.settings.iter().chain(&is.settings).map(|(name, _)| name).collect();
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(*name));
        let [old, new]: [BTreeMap<_, _>; 2] = [self, is]
            .map(|described| described.settings.iter().map(|(name, value)| (name, value)).collect());
        let value = |of: &BTreeMap<&String, &String>, name| {
            of.get(name).map(|value| (*value).clone()).unwrap_or_default()
        };
        let set = names.into_iter().map(|name| (name, value(&old, name), value(&new, name)));
        let set = set.filter(|(_, from, to)| from != to);
        let set = set.map(|(name, from, to)| What::Set { setting: name.clone(), from, to });
        let lists = self.lists.iter().zip(&is.lists);
        set.chain(lists.flat_map(|((list, old), (_, new))| items(list, old, new))).collect()
    }
}

/// What a list gained and lost; where neither, its order may be another.
fn items(list: &'static str, old: &[String], new: &[String]) -> Vec<What> {
    let others = |of: &[String], than: &[String]| -> Vec<_> {
        of.iter().filter(|item| !than.contains(item)).cloned().collect()
    };
    let (more, fewer) = (others(new, old), others(old, new));
    if more.is_empty() && fewer.is_empty() && old != new {
        let [from, to] = [old, new].map(|items| items.join(", "));
        return vec![What::Set { setting: format!("order of {list}s"), from, to }];
    }
    let gained = (!more.is_empty()).then_some(What::Gained { list, items: more });
    gained.into_iter().chain((!fewer.is_empty()).then_some(What::Lost { list, items: fewer })).collect()
}

fn yes(set: bool) -> &'static str {
    if set { "yes" } else { "" }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn item(item: &ViewItem) -> String {
    let field = item.field.map(|key| key.to_string());
    let through = item.connection.map(|key| format!(" through {key}")).unwrap_or_default();
    let what = field.unwrap_or_else(|| item.kind.replace('_', " "));
    format!("{what}{through} \"{}\"", item.label)
}

/// Who may see a page, in words.
pub(crate) fn access(access: Access<'_>) -> String {
    match access {
        Access::Everybody => "everybody".to_owned(),
        Access::Users => "every user".to_owned(),
        Access::Roles(roles) => {
            let roles: Vec<_> = roles.iter().map(ToString::to_string).collect();
            format!("users with {}", roles.join(" or "))
        }
    }
}
