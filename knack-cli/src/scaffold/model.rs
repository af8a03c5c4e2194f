//! What is printed: structs and enums with names that nothing else has.

use std::collections::{BTreeMap, HashMap, HashSet};

use knack_runtime::key::{FieldKey, ObjectKey};
use knack_runtime::kind::FieldKind;
use knack_runtime::object::DateOrder;
use knack_runtime::schema::{Application, FieldSchema, ObjectSchema};

use super::Wishes;
use super::types::{self, Empty, Fit, Own, Type};
use crate::names;

/// Names that the printed code uses, or that every program has.
const TAKEN: &[&str] = &[
    "AsMut",
    "AsRef",
    "AssetId",
    "Box",
    "Clone",
    "Copy",
    "Date",
    "DateTime",
    "Debug",
    "Decimal",
    "Default",
    "DoubleEndedIterator",
    "Drawing",
    "Drop",
    "EmailAddress",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "Json",
    "KnackChoice",
    "KnackObject",
    "Link",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Period",
    "PersonName",
    "PhoneNumber",
    "Picture",
    "PostalAddress",
    "ProfileKey",
    "RecordId",
    "Result",
    "SecretString",
    "Self",
    "Send",
    "SignedDuration",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Time",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "UploadedFile",
    "Vec",
    "WebAddress",
    "WorkLog",
];

/// More options than these are no list that somebody wants as an enum.
const MOST_OPTIONS: usize = 100;

#[derive(Debug)]
pub(crate) struct Model<'a> {
    pub(crate) structs: Vec<Struct<'a>>,
}

#[derive(Debug)]
pub(crate) struct Struct<'a> {
    pub(crate) name: String,
    pub(crate) object: &'a ObjectSchema,
    /// The object as the attribute names it.
    pub(crate) named: String,
    pub(crate) what: What,
    pub(crate) fields: Vec<Member>,
    /// The enums that stand behind it: of a record alone, which a new one shares.
    pub(crate) choices: Vec<Choice<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Record,
    New,
    /// A record with its id alone, for links to it.
    Target,
}

/// A field of a struct.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) attributes: Vec<String>,
    pub(crate) ty: Type,
}

/// An enum of options.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) name: String,
    pub(crate) field: &'a FieldSchema,
    pub(crate) arms: Vec<(String, &'a str)>,
    /// The arm of all other options.
    pub(crate) other: String,
}

/// Names that are given once and used in many places.
struct Names {
    structs: HashMap<ObjectKey, String>,
    choices: HashMap<FieldKey, String>,
}

impl<'a> Model<'a> {
    pub(crate) fn of(app: &'a Application, objects: &[&'a ObjectSchema], wishes: Wishes) -> Self {
        let chosen: BTreeMap<_, _> = objects.iter().map(|object| (object.key, *object)).collect();
        let targets = targets(app, &chosen);
        let mut taken: HashSet<_> = TAKEN.iter().map(|name| name.to_uppercase()).collect();
        let all = chosen.values().chain(targets.values());
        let structs = all.map(|object| (object.key, struct_name(object, &mut taken))).collect();
        let mut names = Names { structs, choices: HashMap::new() };
        let mut model = Self { structs: Vec::new() };
        for object in chosen.values() {
            let choices =
                object.fields.iter().filter_map(|field| Choice::of(object, field, &names, &mut taken));
            let choices: Vec<_> = choices.collect();
            names.choices.extend(choices.iter().map(|choice| (choice.field.key, choice.name.clone())));
            model.structs.push(Struct { choices, ..Struct::of(app, object, What::Record, &names, wishes) });
            if wishes.create {
                let new = Struct::of(app, object, What::New, &names, wishes);
                let name = names::free(&mut taken, &[new.name.clone(), format!("{}Record", new.name)]);
                model.structs.push(Struct { name, ..new });
            }
        }
        let targets = targets.values().map(|object| Struct::of(app, object, What::Target, &names, wishes));
        model.structs.extend(targets);
        model
    }

    pub(crate) fn choices(&self) -> impl Iterator<Item = &Choice<'a>> {
        self.structs.iter().flat_map(|shape| &shape.choices)
    }
}

/// The objects that are not chosen and that links lead to.
fn targets<'a>(
    app: &'a Application,
    chosen: &BTreeMap<ObjectKey, &'a ObjectSchema>,
) -> BTreeMap<ObjectKey, &'a ObjectSchema> {
    let keys: HashSet<_> =
        chosen.values().flat_map(|object| &object.fields).filter_map(|field| field.target).collect();
    let others =
        app.objects.iter().filter(|object| keys.contains(&object.key) && !chosen.contains_key(&object.key));
    others.map(|object| (object.key, object)).collect()
}

fn struct_name(object: &ObjectSchema, taken: &mut HashSet<String>) -> String {
    let name = names::type_name(&names::singular(object.name.trim()));
    let by_key = format!("Object{}", object.key.number());
    let record = if name.is_empty() { String::new() } else { format!("{name}Record") };
    names::free(taken, &[name, record, by_key])
}

impl<'a> Struct<'a> {
    fn of(app: &Application, object: &'a ObjectSchema, what: What, names: &Names, wishes: Wishes) -> Self {
        let name = names.structs.get(&object.key).cloned().unwrap_or_default();
        let name = if what == What::New { format!("New{name}") } else { name };
        let namesakes = app.objects.iter().filter(|other| other.name == object.name).count();
        let clear =
            !wishes.keys && namesakes == 1 && is_clear(&object.name) && !object.name.starts_with("object_");
        let called = if clear { object.name.clone() } else { object.key.to_string() };
        // The record's id has this one.
        let mut taken = HashSet::from(["ID".to_owned()]);
        let fields = object.fields.iter().filter(|_| what != What::Target);
        let fields =
            fields.filter_map(|field| Member::of(object, field, what, names, wishes, &mut taken)).collect();
        Self { name, object, named: called, what, fields, choices: Vec::new() }
    }

    /// Whether `Default` makes one: everything in it is an `Option`.
    pub(crate) fn has_default(&self) -> bool {
        self.what == What::New && self.fields.iter().all(|field| field.ty.text.starts_with("Option<"))
    }
}

impl Member {
    fn of(
        object: &ObjectSchema,
        field: &FieldSchema,
        what: What,
        names: &Names,
        wishes: Wishes,
        taken: &mut HashSet<String>,
    ) -> Option<Self> {
        let target = field.target.and_then(|key| names.structs.get(&key));
        let choice = names.choices.get(&field.key);
        let own = Own { choice: choice.map(String::as_str), target: target.map(String::as_str) };
        let (ty, filled) = if what == What::New {
            (types::written(field, own, wishes)?, field.required)
        } else {
            let Fit { ty, empty } = types::read(field, own, wishes)?;
            let demanded = field.required && (wishes.trust_required || empty == Empty::Text);
            (ty, demanded || empty == Empty::Itself)
        };
        let ty = if filled { ty } else { ty.option() };
        let name = names::field(&field.name);
        let suffix = field.key.number().unwrap_or_default();
        // `self_` has its sign already.
        let stem = name.trim_end_matches('_');
        let by_key = if name.is_empty() { field.key.to_string() } else { format!("{stem}_{suffix}") };
        let name = names::free(taken, &[name, by_key]);
        let attributes = attributes(object, field, &name, wishes);
        Some(Self { name: names::written(&name), doc: doc(field, own), attributes, ty })
    }
}

/// What tells the field: nothing where its name does, else its label, else its key.
fn attributes(object: &ObjectSchema, field: &FieldSchema, name: &str, wishes: Wishes) -> Vec<String> {
    if wishes.keys {
        let mut all = vec![format!("key = \"{}\"", field.key), format!("kind = \"{}\"", field.kind.name())];
        if field.required && field.kind.is_writable() {
            all.push("required".to_owned());
        }
        if field.date_order == DateOrder::DayFirst
            && matches!(field.kind, FieldKind::DATE_TIME | FieldKind::TIMER)
        {
            all.push("date_format = \"dd/mm/yyyy\"".to_owned());
        }
        return all;
    }
    let namesakes = object.fields.iter().filter(|other| alike(&other.name) == alike(&field.name)).count();
    if namesakes > 1 || !is_clear(&field.name) || field.name.starts_with("field_") {
        return vec![format!("key = \"{}\"", field.key)];
    }
    if meets(&field.name, name) { Vec::new() } else { vec![format!("field = {:?}", field.name)] }
}

/// Whether the derive meets a field with this label by this name: both have the same words between signs.
fn meets(label: &str, name: &str) -> bool {
    let [label, name] = [label, name].map(|text| {
        let text = text.to_lowercase();
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("_")
    });
    label == name
}

/// A label as it may be confused with others.
fn alike(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a label can stand for its field: it is filled, and shows all that it has.
fn is_clear(label: &str) -> bool {
    !alike(label).is_empty() && label.trim() == label && !label.chars().any(char::is_control)
}

fn doc(field: &FieldSchema, own: Own<'_>) -> String {
    let kind = match (field.kind, own.target) {
        (FieldKind::UNKNOWN, _) => format!("of the kind {}, which is not known", in_line(&field.kind_name)),
        (FieldKind::CONNECTION, Some(target)) => format!("connection to [`{target}`]"),
        (kind, _) => kind.label().to_owned(),
    };
    let label = if field.name.trim().is_empty() { field.key.to_string() } else { in_line(&field.name) };
    let required = if field.required { ", required" } else { "" };
    let unique = if field.unique { ", unique" } else { "" };
    format!("`{label}`, {kind}{required}{unique}.")
}

/// A text as it can stand between backticks in a comment: in one line, without what turns the direction of
/// reading, which rustc denies there.
pub(crate) fn in_line(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text = text.replace('`', "'");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !c.is_control() && !turns(c)).collect()
}

impl<'a> Choice<'a> {
    fn of(
        object: &ObjectSchema,
        field: &'a FieldSchema,
        names: &Names,
        taken: &mut HashSet<String>,
    ) -> Option<Self> {
        let mut seen = HashSet::new();
        let options = field.options.iter().map(String::as_str).filter(|option| !option.trim().is_empty());
        let options: Vec<_> = options.filter(|option| seen.insert(*option)).collect();
        if field.kind != FieldKind::MULTIPLE_CHOICE || options.is_empty() || options.len() > MOST_OPTIONS {
            return None;
        }
        let owner = names.structs.get(&object.key).cloned().unwrap_or_default();
        let of_field = names::type_name(&field.name);
        let number = field.key.number().unwrap_or_default();
        let name = if of_field.starts_with(&owner) { of_field } else { format!("{owner}{of_field}") };
        let name =
            names::free(taken, &[name.clone(), format!("{name}Choice"), format!("{owner}Field{number}")]);
        let mut taken = HashSet::from(["SELF".to_owned()]);
        let arms: Vec<_> = options
            .into_iter()
            .map(|option| {
                let arm = names::type_name(option);
                let other = if arm.is_empty() { "Unnamed".to_owned() } else { format!("{arm}Option") };
                (names::free(&mut taken, &[arm, other]), option)
            })
            .collect();
        let other = names::free(&mut taken, &["Other".to_owned(), "Unlisted".to_owned()]);
        Some(Self { name, field, arms, other })
    }
}
