//! What the file of a view says.

use crate::key::{self, Key};
use crate::schema::called;
use crate::schema::json::Json;
use crate::view::{self, Can, Under, Verb};

/// A view of the application.
pub(crate) struct View {
    /// What the code needs of it. It can nothing, if it has no records.
    pub(crate) is: view::View,
    pub(crate) name: String,
    /// What kind of view it is, as Knack says: `table`, `form` and so on.
    kind: String,
    /// The object whose records it shows or takes.
    pub(crate) object: Option<u32>,
    /// The fields that it shows, or of a form, that it takes.
    pub(crate) fields: Vec<Key>,
}

impl View {
    pub(super) fn of(json: &Json<'_>) -> Result<Self, String> {
        const ANEW: &str = "`cargo knack pull` writes it anew";
        let number = |name: &str, number: fn(&str) -> Option<u32>| {
            let key = json.get(name).text().and_then(number);
            key.ok_or_else(|| format!("tells no `{name}`; {ANEW}"))
        };
        let login = match json.get("access").text() {
            Some("public") => false,
            Some("login") => true,
            _ => {
                return Err(format!(
                    "was written by an older version, and does not tell who may see the view; {ANEW}"
                ));
            }
        };
        let kind = json.get("type").text().unwrap_or_default().to_owned();
        let fields = fields(json.get(if kind == "form" { "inputs" } else { "columns" }));
        let (key, scene) = (number("key", key::view)?, number("scene", key::scene)?);
        let (under, can) = (under(json.get("under")), can(&kind, json));
        Ok(Self {
            is: view::View { key, scene, login, under, can },
            name: called(json).unwrap_or_default(),
            kind,
            object: json.get("source").get("object").text().and_then(key::object),
            fields,
        })
    }

    /// As messages name it.
    pub(crate) fn shown(&self) -> String {
        format!("`{}` (view_{})", self.name, self.is.key)
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> String {
        self.kind.replace('_', " ")
    }

    /// What it shows fields by, or takes them by.
    pub(crate) fn shows_by(&self) -> &'static str {
        match &*self.kind {
            "form" => "input",
            "table" | "search" => "column",
            _ => "field",
        }
    }
}

fn under(json: &Json<'_>) -> Option<Under> {
    let (slug, object) = (json.get("slug").text()?, json.get("object").text()?);
    Some(Under { slug: slug.to_owned(), object: key::object(object)? })
}

/// The fields of columns or inputs, but for those of other objects, which are reached by a connection.
fn fields(items: &Json<'_>) -> Vec<Key> {
    let own = items.list().iter().filter(|item| *item.get("connection") == Json::Null);
    own.filter_map(|item| Key::parse(item.get("key").text()?)).collect()
}

/// What a view does: by its kind, what its form does, whether it is edited in place and has links that delete.
///
/// Source: docs.knack.com/docs/view-based-requests.
fn can(kind: &str, json: &Json<'_>) -> Can {
    let read = match kind {
        "table" | "list" | "calendar" | "map" | "search" => Verb::List,
        "details" => Verb::Get,
        "report" => return Can::new([Verb::Report]),
        "form" => match json.get("action").text() {
            Some("insert" | "create") => return Can::new([Verb::Create]),
            Some("update") => return Can::new([Verb::Get, Verb::Update]),
            _ => return Can::new([]),
        },
        _ => return Can::new([]),
    };
    let in_place = matches!(kind, "table" | "list") && json.get("options").get("cell_editor").is_true();
    let deletes =
        json.get("columns").list().iter().any(|item| item.get("type").text() == Some("delete_link"));
    let edits = [in_place.then_some(Verb::Update), deletes.then_some(Verb::Delete)];
    Can::new([read].into_iter().chain(edits.into_iter().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<View, String> {
        let json = format!(r#"{{"key":"view_2","scene":"scene_1","access":"public",{json}}}"#);
        View::of(&Json::parse(&json).unwrap())
    }

    #[test]
    fn what_views_can() {
        for (json, can) in [
            (r#""type":"table""#, "list"),
            (r#""type":"table","options":{"cell_editor":true}"#, "list, update"),
            (
                r#""type":"list","options":{"cell_editor":true},"columns":[{"type":"delete_link"}]"#,
                "list, update, delete",
            ),
            (r#""type":"calendar","options":{"cell_editor":true}"#, "list"),
            (r#""type":"map""#, "list"),
            (r#""type":"search","columns":[{"type":"link"},{"type":"delete_link"}]"#, "list, delete"),
            (r#""type":"details","columns":[{"type":"delete_link"}]"#, "get, delete"),
            (r#""type":"form","action":"insert""#, "create"),
            (r#""type":"form","action":"create""#, "create"),
            (r#""type":"form","action":"update""#, "get, update"),
            (r#""type":"form""#, ""),
            (r#""type":"report""#, "report"),
            (r#""type":"menu""#, ""),
            (r#""type":"login""#, ""),
            (r#""type":"hologram""#, ""),
            (r#""type":null"#, ""),
        ] {
            assert_eq!(read(json).unwrap().is.can.to_string(), can, "{json}");
        }
    }

    #[test]
    fn fields_are_those_of_the_views_object() {
        let view = read(
            r#""type":"details","source":{"object":"object_3"},"under":{"slug":"home","object":"object_1"},
            "columns":[null,{"key":"field_7"},{"key":"field_8","connection":{"key":"field_9"}},{"key":"x"}],
            "inputs":[{"key":"field_10"}]"#,
        )
        .unwrap();
        assert_eq!(view.fields, [Key::Number(7)]);
        assert_eq!((view.object, view.shown().as_str()), (Some(3), "`view_2` (view_2)"));
        assert!(view.is.under.is_some_and(|under| (&*under.slug, under.object) == ("home", 1)));
        let form =
            read(r#""type":"form","columns":[{"key":"field_7"}],"inputs":[{"key":"field_10"}],"under":{}"#);
        let form = form.unwrap();
        assert_eq!(form.fields, [Key::Number(10)]);
        assert!(form.is.under.is_none() && form.object.is_none());
    }

    #[test]
    fn what_is_missing_is_told() {
        for (json, expected) in [
            (r#"{"key":"view_2","scene":"scene_1"}"#, "was written by an older version, and"),
            (
                r#"{"key":"view_2","scene":"scene_1","access":"nobody"}"#,
                "was written by an older version, and",
            ),
            (r#"{"key":"view_2","scene":7,"access":"login"}"#, "tells no `scene`; `cargo knack pull`"),
            (r#"{"access":"login"}"#, "tells no `key`; `cargo knack pull`"),
        ] {
            let told = View::of(&Json::parse(json).unwrap()).err().unwrap();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
