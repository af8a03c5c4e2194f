//! Reads pages from dumps of many ages: what is missing, null or odd has a default, and views nest
//! their columns and inputs each in its own way.

use serde_json::Value;

use super::{Calculation, Column, Pages, Report, Scene, Source, View, ViewKind};
use crate::app::{Object, Sort, whole_number};
use crate::formula::Measure;

const NONE: &[Value] = &[];

/// The objects that views show, as far as reading a view needs them.
type Objects<'a> = &'a [Object];

impl Pages {
    /// Reads `application.scenes`.
    pub(crate) fn read(scenes: Option<&Value>, objects: Objects<'_>) -> Self {
        let scenes = items(scenes).iter().filter_map(|scene| Scene::read(scene, objects));
        Self { scenes: scenes.collect() }
    }
}

impl Scene {
    fn read(meta: &Value, objects: Objects<'_>) -> Option<Self> {
        let views = items(meta.get("views"));
        let logins = views.iter().filter(|view| text(view, "type") == Some("login"));
        let profiles: Vec<String> = std::iter::once(meta).chain(logins).flat_map(profiles).collect();
        let kind = text(meta, "type");
        Some(Self {
            key: text(meta, "key")?.to_owned(),
            slug: text(meta, "slug").unwrap_or_default().to_owned(),
            parent: text(meta, "parent").map(str::to_owned),
            object: text(meta, "object").map(str::to_owned),
            login: matches!(kind, Some("authentication" | "user"))
                || flag(meta, "authenticated")
                || !profiles.is_empty(),
            profiles,
            views: views.iter().filter_map(|view| View::read(view, objects)).collect(),
        })
    }
}

/// The roles that a login, or a page with one, is limited to. A list without the limit is what is
/// left of an earlier setting.
fn profiles(login: &Value) -> Vec<String> {
    if login.get("limit_profile_access").and_then(Value::as_bool) == Some(false) {
        return Vec::new();
    }
    let lists = ["allowed_profiles", "authentication_profiles"].map(|key| items(login.get(key)));
    lists.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl View {
    fn read(meta: &Value, objects: Objects<'_>) -> Option<Self> {
        let key = text(meta, "key")?.to_owned();
        let reports = items(meta.get("reports"));
        let sources = std::iter::once(meta).chain(reports).filter_map(|part| part.get("source"));
        let source = sources.into_iter().find(|source| text(source, "object").is_some());
        let source = source.unwrap_or(&Value::Null);
        let own = text(source, "object").and_then(|key| place(objects, key));
        let object = own.and_then(|place| objects.get(place));
        let shown = leaves(&["columns", "results", "details"], meta);
        let mut columns: Vec<Column> = Vec::new();
        for column in
            own.into_iter().flat_map(|own| shown.iter().filter_map(move |c| column(c, own, objects)))
        {
            if columns.iter().all(|c| (c.field, c.through) != (column.field, column.through)) {
                columns.push(column);
            }
        }
        let mut inputs: Vec<usize> = Vec::new();
        for input in leaves(&["inputs", "groups"], meta) {
            if let Some(place) = object.and_then(|object| object.place(field(input)?))
                && !inputs.contains(&place)
            {
                inputs.push(place);
            }
        }
        let submits = items(meta.get("rules").and_then(|rules| rules.get("submits")));
        let links = items(meta.get("links"));
        Some(Self {
            key,
            name: text(meta, "name").unwrap_or("records").to_owned(),
            kind: kind(meta, !columns.is_empty()),
            source: Source::read(source, objects).unwrap_or_default(),
            rows: meta.get("rows_per_page").and_then(count),
            cell_editor: meta.get("options").is_some_and(|options| flag(options, "cell_editor")),
            delete_link: shown.into_iter().chain(links).any(|item| text(item, "type") == Some("delete_link")),
            submit: submits.iter().find_map(|rule| text(rule, "key")).unwrap_or("submit_1").to_owned(),
            reports: reports.iter().map(|report| Report::read(report, source, objects)).collect(),
            columns,
            inputs,
        })
    }
}

fn kind(view: &Value, columns: bool) -> ViewKind {
    match text(view, "type") {
        Some("details") => ViewKind::Details,
        Some("form") => match text(view, "action") {
            Some("update") => ViewKind::Update,
            // `create` makes a record connected with the page's one.
            _ => ViewKind::Insert,
        },
        // Kinds that come after this was written show records if they show anything.
        _ if columns => ViewKind::Records,
        _ => ViewKind::Other,
    }
}

impl Source {
    fn read(meta: &Value, objects: Objects<'_>) -> Option<Self> {
        let object = object(meta, objects)?;
        let parent = meta.get("parent_source").unwrap_or(&Value::Null);
        let connection = text(meta, "connection_key").or_else(|| text(parent, "connection"));
        Some(Self {
            object: Some(object.key.clone()),
            criteria: meta.get("criteria").cloned().unwrap_or_default(),
            sort: sorts(object, meta.get("sort"), "order"),
            limit: meta.get("limit").and_then(count),
            local: match text(meta, "relationship_type") {
                Some(kind) => kind == "local",
                None => connection.is_some_and(|key| object.place(key).is_none()),
            },
            connection: connection.map(str::to_owned),
            parent: text(parent, "object").map(str::to_owned),
            user: flag(meta, "authenticated_user"),
        })
    }
}

impl Report {
    /// A report without a source of its own has that of its view.
    fn read(meta: &Value, source_of_view: &Value, objects: Objects<'_>) -> Self {
        let source = meta.get("source").filter(|source| source.is_object()).unwrap_or(source_of_view);
        let object = object(source, objects);
        let calculations = items(meta.get("calculations")).iter();
        Self {
            source: Source::read(source, objects).unwrap_or_default(),
            groups: object.map(|object| sorts(object, meta.get("groups"), "sort")).unwrap_or_default(),
            calculations: calculations.map(|meta| Calculation::read(meta, object)).collect(),
        }
    }
}

impl Calculation {
    fn read(meta: &Value, object: Option<&Object>) -> Self {
        let measure = match text(meta, "type") {
            Some("count") => Some(Measure::Count),
            Some("sum") => Some(Measure::Sum),
            Some("average") => Some(Measure::Average),
            Some("min") => Some(Measure::Least),
            Some("max") => Some(Measure::Greatest),
            _ => None,
        };
        Self { measure, field: object.and_then(|object| object.place(text(meta, "field")?)) }
    }
}

/// Fields with their orders, which `order` names.
fn sorts(object: &Object, listed: Option<&Value>, order: &str) -> Vec<Sort> {
    let read = items(listed).iter().filter_map(|sort| {
        let field = object.place(text(sort, "field")?)?;
        Some(Sort { field, descending: text(sort, order) == Some("desc") })
    });
    read.collect()
}

/// A column's field: one of the view's own object, or of one that a connection leads to.
fn column(item: &Value, own: usize, objects: Objects<'_>) -> Option<Column> {
    let key = field(item)?;
    let object = objects.get(own)?;
    let header = ["header", "label", "name"].iter().find_map(|key| text(item, key)).map(str::to_owned);
    if let Some(through) =
        item.get("connection").and_then(|connection| object.place(text(connection, "key")?))
    {
        let other = object.fields.get(through)?.kind.target().and_then(|key| place(objects, key))?;
        let field = (other, objects.get(other)?.place(key)?);
        return Some(Column { field, through: Some(through), header });
    }
    Some(Column { field: (own, object.place(key)?), through: None, header })
}

/// The columns or inputs in a tree of groups: what has no such parts of its own.
fn leaves<'a>(keys: &[&str], tree: &'a Value) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for branch in keys.iter().filter_map(|key| tree.get(key)) {
        gather(branch, &mut found);
    }
    found
}

fn gather<'a>(tree: &'a Value, found: &mut Vec<&'a Value>) {
    match tree {
        Value::Array(trees) => trees.iter().for_each(|tree| gather(tree, found)),
        Value::Object(parts) => {
            let inner = ["groups", "columns", "inputs"].map(|key| parts.get(key));
            if inner.iter().all(Option::is_none) {
                found.push(tree);
            }
            inner.into_iter().flatten().for_each(|tree| gather(tree, found));
        }
        _ => {}
    }
}

/// The key of a column's or input's field.
fn field(item: &Value) -> Option<&str> {
    let keys = [item.get("field").and_then(|field| text(field, "key")), text(item, "key"), text(item, "id")];
    keys.into_iter().flatten().find(|key| key.starts_with("field_"))
}

/// The object of a source.
fn object<'a>(source: &Value, objects: Objects<'a>) -> Option<&'a Object> {
    objects.get(place(objects, text(source, "object")?)?)
}

fn place(objects: Objects<'_>, key: &str) -> Option<usize> {
    objects.iter().position(|object| object.key == key)
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(NONE, Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// A count above 0, as a number or as text.
fn count(value: &Value) -> Option<usize> {
    whole_number(value).and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0)
}
