//! Pages and the views on them: what each shows or takes, and who may see it.

use serde_json::{Map, Value};

use super::{Application, flag, list, settings, text};
use crate::key::{FieldKey, ObjectKey, ProfileKey, SceneKey, ViewKey};

/// A page. Knack calls it a scene in its metadata.
///
/// ```
/// use knack_core::key::ViewKey;
/// use knack_core::schema::Application;
///
/// let dump = br#"{"objects":[],"scenes":[
///     {"key":"scene_1","name":"Home","slug":"home","views":[{"key":"view_1","type":"table"}]},
///     {"key":"scene_2","name":"Details","slug":"details","parent":"home","views":null}]}"#;
/// let [home, details] = &*Application::read(dump)?.scenes else { panic!() };
/// assert_eq!((home.slug.as_str(), &*home.views), ("home", &[ViewKey::new(1)][..]));
/// assert_eq!(details.parent.as_deref(), Some("home"));
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SceneSchema {
    /// Its key.
    pub key: SceneKey,
    /// Its name.
    pub name: String,
    /// Its name in addresses; calls to views of its child pages give a record's id under it.
    pub slug: String,
    /// What kind of page it is, as Knack says: `page`, `menu`, `user`, `authentication`; often nothing.
    pub kind: String,
    /// The slug of the page above it.
    pub parent: Option<String>,
    /// The object that the page shows one record of.
    pub object: Option<ObjectKey>,
    /// Whether it says itself that it is behind a login.
    pub authenticated: bool,
    /// The roles that its login lets pass; empty if it has no login or lets every user pass.
    pub allowed_profiles: Vec<ProfileKey>,
    /// Its views, in the order of their keys.
    pub views: Vec<ViewKey>,
}

/// A view on a page: a table, a form, details and so on.
///
/// ```
/// use knack_core::key::FieldKey;
/// use knack_core::schema::Application;
///
/// let dump = br#"{"objects":[],"scenes":[{"key":"scene_1","views":[
///     {"key":"view_3","name":"Add an order","type":"form","action":"insert","source":{"object":"object_6"},
///      "groups":[{"columns":[{"inputs":[{"field":{"key":"field_41"},"label":"Who?","type":"connection"}]}]}]}]}]}"#;
/// let form = Application::read(dump)?.views.remove(0);
/// assert_eq!((form.kind.as_str(), form.action.as_deref()), ("form", Some("insert")));
/// assert_eq!(form.inputs[0].field, Some(FieldKey::new(41)));
/// assert!(form.columns.is_empty());
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewSchema {
    /// Its key.
    pub key: ViewKey,
    /// Its name.
    pub name: String,
    /// What kind of view it is, as Knack says: `table`, `form`, `details`, `list` and so on.
    pub kind: String,
    /// The page that it is on.
    pub scene: SceneKey,
    /// The heading above it.
    pub title: String,
    /// What a form does: `insert`, `create` or `update`.
    pub action: Option<String>,
    /// The object whose records it shows or takes.
    pub object: Option<ObjectKey>,
    /// Which of them: the connections that lead from the page's record to them, the order and the limit.
    pub source: Map<String, Value>,
    /// Whether a table's or list's cells can be edited in place.
    pub inline_editing: bool,
    /// What it shows.
    pub columns: Vec<ViewItem>,
    /// What it takes: the inputs of a form, or of a search.
    pub inputs: Vec<ViewItem>,
}

/// A column or an input of a view.
///
/// ```
/// use knack_core::key::FieldKey;
/// use knack_core::schema::Application;
///
/// let dump = br#"{"objects":[],"scenes":[{"key":"scene_1","views":[{"key":"view_3","type":"table","columns":[
///     {"type":"field","field":{"key":"field_42"},"header":"Customer","connection":{"key":"field_43"}},
///     {"type":"delete_link","header":"Delete"}]}]}]}"#;
/// let table = Application::read(dump)?.views.remove(0);
/// assert_eq!(table.columns[0].connection, Some(FieldKey::new(43)));
/// assert_eq!((table.columns[1].field, table.columns[1].kind.as_str()), (None, "delete_link"));
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ViewItem {
    /// Its field; a column of links has none.
    pub field: Option<FieldKey>,
    /// What stands above or beside it.
    pub label: String,
    /// What it is, as Knack says: the kind of an input's field, or of a column that is no field.
    pub kind: String,
    /// The connection by which the field is reached, if it is one of another object.
    pub connection: Option<FieldKey>,
}

/// Who may see a page.
///
/// ```
/// use knack_core::key::ProfileKey;
/// use knack_core::schema::{Access, Application};
///
/// let dump = br#"{"objects":[],"scenes":[
///     {"key":"scene_1","slug":"home"},
///     {"key":"scene_2","slug":"staff-login","type":"authentication","views":[
///         {"key":"view_1","type":"login","limit_profile_access":true,"allowed_profiles":["profile_4"]}]},
///     {"key":"scene_3","slug":"staff","parent":"staff-login"}]}"#;
/// let app = Application::read(dump)?;
/// assert_eq!(app.access(&app.scenes[0]), Access::Everybody);
/// assert_eq!(app.access(&app.scenes[2]), Access::Roles(&[ProfileKey::new(4)]));
/// # Ok::<(), knack_core::schema::SchemaError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// Everybody, without a login.
    Everybody,
    /// Every user who is logged in.
    Users,
    /// Users who are logged in and have one of these roles.
    Roles(&'a [ProfileKey]),
}

impl Application {
    /// Who may see a page: a login on it or on a page above it protects it.
    ///
    /// Source: docs.knack.com/docs/view-based-requests.
    pub fn access<'a>(&'a self, scene: &'a SceneSchema) -> Access<'a> {
        let mut access = Access::Everybody;
        for scene in self.upwards(scene) {
            if !scene.allowed_profiles.is_empty() {
                return Access::Roles(&scene.allowed_profiles);
            }
            if scene.has_login() {
                access = Access::Users;
            }
        }
        access
    }

    /// The page that a view is on.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = br#"{"objects":[],"scenes":[{"key":"scene_2","slug":"home","views":[{"key":"view_1"}]}]}"#;
    /// let app = Application::read(dump)?;
    /// assert_eq!(app.page(&app.views[0]).unwrap().slug, "home");
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn page(&self, view: &ViewSchema) -> Option<&SceneSchema> {
        self.scenes.iter().find(|scene| scene.key == view.scene)
    }

    /// The page whose record a view is about, where it shows or makes what is connected to that record: calls
    /// to the view give the record's id under the page's slug. `None` for what is connected to the user who
    /// is logged in.
    ///
    /// Source: `view-work-orders-marking-details_id=5b63…` in the calls of live apps.
    ///
    /// ```
    /// use knack_core::schema::Application;
    ///
    /// let dump = br#"{"objects":[],"scenes":[
    ///     {"key":"scene_1","slug":"customer-details","object":"object_1"},
    ///     {"key":"scene_2","slug":"add-order","parent":"customer-details","views":[{"key":"view_1",
    ///         "type":"form","action":"create","source":{"object":"object_6","connection_key":"field_41"}}]}]}"#;
    /// let app = Application::read(dump)?;
    /// assert_eq!(app.page_of_record(&app.views[0]).unwrap().slug, "customer-details");
    /// # Ok::<(), knack_core::schema::SchemaError>(())
    /// ```
    pub fn page_of_record(&self, view: &ViewSchema) -> Option<&SceneSchema> {
        let connected =
            ["connection_key", "parent_source"].iter().any(|name| view.source.contains_key(*name));
        if !connected || view.source.contains_key("authenticated_user") {
            return None;
        }
        let whose: Option<ObjectKey> =
            key_in(view.source.get("parent_source").and_then(|parent| parent.get("object")));
        self.upwards(self.page(view)?)
            .find(|page| page.object.is_some() && (whose.is_none() || page.object == whose))
    }

    /// A page, and those above it.
    fn upwards<'a>(&'a self, scene: &'a SceneSchema) -> impl Iterator<Item = &'a SceneSchema> {
        let above = |scene: &&'a SceneSchema| {
            let parent = scene.parent.as_ref()?;
            self.scenes.iter().find(|above| above.slug == *parent)
        };
        // As many steps as there are pages: somebody's tree may be a circle.
        std::iter::successors(Some(scene), above).take(self.scenes.len() + 1)
    }
}

/// The pages of an application, and the views on them.
pub(super) fn read(app: &Value) -> (Vec<SceneSchema>, Vec<ViewSchema>) {
    let scenes = list(app, "/scenes").filter_map(|scene| {
        let schema = SceneSchema::of(scene)?;
        let views = list(scene, "/views").filter_map(|view| ViewSchema::of(view, schema.key)).collect();
        Some((schema, views))
    });
    let (scenes, views): (_, Vec<Vec<_>>) = scenes.unzip();
    (scenes, views.into_iter().flatten().collect())
}

impl SceneSchema {
    fn of(scene: &Value) -> Option<Self> {
        let logins = list(scene, "/views").filter(|view| text(view, "/type") == "login");
        let mut allowed_profiles: Vec<_> = std::iter::once(scene).chain(logins).flat_map(profiles).collect();
        allowed_profiles.sort_unstable();
        allowed_profiles.dedup();
        let mut views: Vec<_> =
            list(scene, "/views").filter_map(|view| text(view, "/key").parse().ok()).collect();
        views.sort_unstable();
        views.dedup();
        Some(Self {
            key: text(scene, "/key").parse().ok()?,
            name: text(scene, "/name").to_owned(),
            slug: text(scene, "/slug").to_owned(),
            kind: text(scene, "/type").to_owned(),
            parent: filled(text(scene, "/parent")),
            object: text(scene, "/object").parse().ok(),
            authenticated: flag(scene, "/authenticated"),
            allowed_profiles,
            views,
        })
    }

    /// Whether nobody sees it, or its pages below, without having logged in.
    fn has_login(&self) -> bool {
        self.authenticated || matches!(self.kind.as_str(), "authentication" | "user")
    }
}

/// The roles that a login, or a page with one, is limited to. Lists without a limit are what is left of an
/// earlier setting.
fn profiles(login: &Value) -> impl Iterator<Item = ProfileKey> {
    let limited = login.get("limit_profile_access").and_then(Value::as_bool) != Some(false);
    let lists = ["/allowed_profiles", "/authentication_profiles"];
    let keys = lists.into_iter().flat_map(move |place| list(login, place)).filter_map(Value::as_str);
    keys.filter(move |_| limited).filter_map(|key| key.parse().ok())
}

impl ViewSchema {
    fn of(view: &Value, scene: SceneKey) -> Option<Self> {
        let (mut columns, mut inputs) = (Vec::new(), Vec::new());
        for place in ["columns", "results", "details"] {
            ViewItem::collect(view.get(place), &mut columns);
        }
        for place in ["inputs", "groups"] {
            ViewItem::collect(view.get(place), &mut inputs);
        }
        inputs.retain(|input| input.field.is_some());
        let source = source(view);
        Some(Self {
            key: text(view, "/key").parse().ok()?,
            name: text(view, "/name").to_owned(),
            kind: text(view, "/type").to_owned(),
            scene,
            title: text(view, "/title").to_owned(),
            action: filled(text(view, "/action")),
            object: key_in(source.get("object")),
            source,
            inline_editing: flag(view, "/options/cell_editor"),
            columns,
            inputs,
        })
    }
}

/// Which records a view is about. Of a view of reports, those of one that is about the page's record, or else
/// those of its first.
fn source(view: &Value) -> Map<String, Value> {
    let reports = list(view, "/reports").map(|report| report.get("source"));
    let sources = std::iter::once(view.get("source")).chain(reports);
    let sources = sources.map(|source| settings::kept(source, settings::SOURCE));
    let telling = sources.filter(|source| !source.is_empty());
    telling.min_by_key(|source| !source.contains_key("connection_key")).unwrap_or_default()
}

impl ViewItem {
    /// Collects items from a tree of groups, columns and inputs: each kind of view nests them in its own way.
    fn collect(tree: Option<&Value>, items: &mut Vec<Self>) {
        match tree {
            Some(Value::Array(trees)) => trees.iter().for_each(|tree| Self::collect(Some(tree), items)),
            Some(tree @ Value::Object(_)) => {
                let inner = ["groups", "columns", "inputs"].map(|name| tree.get(name));
                if inner.iter().all(Option::is_none) {
                    items.extend(Self::of(tree).filter(|item| !items.contains(item)));
                }
                for tree in inner {
                    Self::collect(tree, items);
                }
            }
            _ => {}
        }
    }

    fn of(item: &Value) -> Option<Self> {
        let keys = ["/field/key", "/key", "/id"].map(|place| text(item, place).parse().ok());
        let field: Option<FieldKey> =
            keys.into_iter().flatten().find(|key: &FieldKey| key.number().is_some());
        let labels = ["/header", "/label", "/name"].map(|place| text(item, place));
        let kind = Some(text(item, "/type")).filter(|kind| *kind != "field").unwrap_or_default();
        (field.is_some() || !kind.is_empty()).then(|| Self {
            field,
            label: labels.into_iter().find(|label| !label.is_empty()).unwrap_or_default().to_owned(),
            kind: kind.to_owned(),
            connection: text(item, "/connection/key").parse().ok(),
        })
    }
}

fn key_in(value: Option<&Value>) -> Option<ObjectKey> {
    value?.as_str()?.parse().ok()
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn views_of_every_shape_are_read() {
        let app = Application::of(&json!({"objects": [], "scenes": [null, {"name": "no key"},
            {"key": "scene_1", "views": [
                {"key": "view_1", "type": "details", "columns": [
                    {"groups": [{"columns": [[{"key": "field_1", "name": "Name"}, {"key": "field_2"}]]}]}]},
                {"key": "view_2", "type": "search", "groups": [{"columns": [{"inputs": [
                    {"id": "field_3", "label": "City"}, {"type": "divider"}]}]}],
                    "results": {"columns": [{"field": {"key": "field_4"}, "header": "Town"}]}},
                {"key": "view_3", "type": "rich_text", "content": "<b>", "columns": null, "source": []},
                {"key": "view_4", "type": "table", "columns": [7, {"type": "field"}],
                    "options": {"cell_editor": true}, "source": {"object": "object_1", "limit": "",
                        "criteria": {"rules": [{"value": "ann@example.com"}]}}},
                {"type": "table"}, null]}]}))
        .unwrap();
        let [details, search, text, table] = &*app.views else { panic!("{:?}", app.views) };
        let fields = |items: &[ViewItem]| -> Vec<_> {
            items.iter().map(|item| (item.field.map(|key| key.to_string()), item.label.clone())).collect()
        };
        let item = |key: &str, label: &str| (Some(key.to_owned()), label.to_owned());
        assert_eq!(fields(&details.columns), [item("field_1", "Name"), item("field_2", "")]);
        assert_eq!(fields(&search.inputs), [item("field_3", "City")]);
        assert_eq!(fields(&search.columns), [item("field_4", "Town")]);
        assert!(text.columns.is_empty() && text.source.is_empty());
        assert!(table.inline_editing && table.columns.is_empty());
        assert_eq!((table.object, table.source.len()), (Some(ObjectKey::new(1)), 1));
    }

    #[test]
    fn the_page_of_the_record_is_the_nearest_with_the_right_one() {
        let view =
            |key: &str, source: serde_json::Value| json!({"key": key, "type": "table", "source": source});
        let app = Application::of(&json!({"objects": [], "scenes": [
            {"key": "scene_1", "slug": "customer", "object": "object_1", "parent": "orders"},
            {"key": "scene_2", "slug": "order", "object": "object_6", "parent": "customer"},
            {"key": "scene_3", "slug": "orders", "parent": "order", "views": [
                view("view_1", json!({"object": "object_7", "connection_key": "field_41"})),
                view("view_2", json!({"object": "object_7", "connection_key": "field_41",
                    "parent_source": {"object": "object_1", "connection": "field_41"}})),
                view("view_3", json!({"object": "object_7", "connection_key": "field_41",
                    "parent_source": {"object": "object_9"}})),
                view("view_4", json!({"object": "object_7", "connection_key": "field_41", "authenticated_user": true})),
                view("view_5", json!({"object": "object_6", "connection_key": "", "parent_source": null})),
                {"key": "view_6", "type": "report", "source": {}, "reports": [
                    {"source": {"object": "object_1"}},
                    {"source": {"object": "object_7", "connection_key": "field_41"}}]}]}]}))
        .unwrap();
        let slug = |view| app.page_of_record(view).map(|page| page.slug.as_str());
        let slugs: Vec<_> = app.views.iter().map(slug).collect();
        assert_eq!(slugs, [Some("order"), Some("customer"), None, None, None, Some("order")]);
        assert_eq!(app.views[5].object, Some(ObjectKey::new(7)));
    }

    #[test]
    fn a_page_is_as_open_as_the_pages_above_it() {
        let app = Application::of(&json!({"objects": [], "scenes": [
            {"key": "scene_1", "slug": "a", "parent": "b"},
            {"key": "scene_2", "slug": "b", "parent": "a"},
            {"key": "scene_3", "slug": "account", "type": "user", "allowed_profiles": ["profile_1"],
                "limit_profile_access": false},
            {"key": "scene_4", "slug": "below", "parent": "account"},
            {"key": "scene_5", "slug": "staff", "authenticated": true, "parent": "below",
                "authentication_profiles": ["profile_9", "profile_4", "boss"]}]}))
        .unwrap();
        let access: Vec<_> = app.scenes.iter().map(|scene| app.access(scene)).collect();
        let staff = [ProfileKey::new(4), ProfileKey::new(9)];
        assert_eq!(access[..2], [Access::Everybody; 2]);
        assert_eq!(access[2..], [Access::Users, Access::Users, Access::Roles(&staff)]);
    }
}
