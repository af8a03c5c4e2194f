//! What differs between two states of an application.

pub(crate) mod described;
pub(crate) mod words;

use std::collections::BTreeMap;

use knack_runtime::key::{FieldKey, ObjectKey, SceneKey, ViewKey};
use knack_runtime::schema::{Application, ObjectSchema};

use crate::folder::Files;
use described::{Described, ObjectNames};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) of: Of,
    pub(crate) what: What,
}

/// Of what something changed: its key and its name, the later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Application,
    Object(Named<ObjectKey>),
    Field(Named<ObjectKey>, Named<FieldKey>),
    Page(Named<SceneKey>),
    View(Named<ViewKey>),
    /// The text of a file, where the application is the same.
    File(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named<K> {
    pub(crate) key: K,
    pub(crate) name: String,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It is new; its kind, if it has kinds.
    Added(String),
    Removed,
    /// A setting has another value; empty is none.
    Set {
        setting: String,
        from: String,
        to: String,
    },
    /// A list has more items.
    Gained {
        list: &'static str,
        items: Vec<String>,
    },
    /// A list has fewer.
    Lost {
        list: &'static str,
        items: Vec<String>,
    },
    /// It is not as this version writes it.
    Text,
}

/// The files of a folder, and the application that they say.
pub(crate) type State<'a> = (&'a Files, &'a Application);

/// What differs; where nothing does, the files that are written otherwise.
pub(crate) fn difference((files, app): State<'_>, (wanted, now): State<'_>) -> Vec<Change> {
    let mut found = between(app, now);
    if found.is_empty() {
        let paths = files.keys().chain(wanted.keys().filter(|path| !files.contains_key(*path)));
        let others = paths.filter(|path| files.get(*path) != wanted.get(*path));
        found.extend(others.map(|path| Change::text(path)));
    }
    found
}

/// Everything that differs, in the order of the keys: the application, objects and fields, pages, views.
fn between(old: &Application, new: &Application) -> Vec<Change> {
    let mut changes = Vec::new();
    // An object that was renamed is told once, not by all that speak of it.
    let names = ObjectNames::of([old, new]);
    compare(&Of::Application, Some(Described::app(old)), Some(Described::app(new)), &mut changes);
    for (key, (was, is)) in paired(&old.objects, &new.objects, |object| object.key) {
        let name = is.or(was).map(|object| object.name.clone()).unwrap_or_default();
        objects(&Named { key, name }, was, is, &names, &mut changes);
    }
    for (key, (was, is)) in paired(&old.scenes, &new.scenes, |scene| scene.key) {
        let name = is.or(was).map(|scene| scene.name.clone()).unwrap_or_default();
        let [was, is] =
            [(old, was), (new, is)].map(|(app, scene)| Some(Described::page(app, scene?, &names)));
        compare(&Of::Page(Named { key, name }), was, is, &mut changes);
    }
    for (key, (was, is)) in paired(&old.views, &new.views, |view| view.key) {
        let name = is.or(was).map(|view| view.name.clone()).unwrap_or_default();
        let [was, is] = [(old, was), (new, is)].map(|(app, view)| Some(Described::view(app, view?, &names)));
        compare(&Of::View(Named { key, name }), was, is, &mut changes);
    }
    changes
}

/// The object itself, and the fields of one that was and is.
fn objects(
    of: &Named<ObjectKey>,
    was: Option<&ObjectSchema>,
    is: Option<&ObjectSchema>,
    names: &ObjectNames,
    changes: &mut Vec<Change>,
) {
    compare(&Of::Object(of.clone()), was.map(Described::object), is.map(Described::object), changes);
    let (Some(was), Some(is)) = (was, is) else { return };
    for (key, (was, is)) in paired(&was.fields, &is.fields, |field| field.key) {
        let name = is.or(was).map(|field| field.name.clone()).unwrap_or_default();
        let [was, is] = [was, is].map(|field| Some(Described::field(field?, names)));
        compare(&Of::Field(of.clone(), Named { key, name }), was, is, changes);
    }
}

fn compare(of: &Of, was: Option<Described>, is: Option<Described>, changes: &mut Vec<Change>) {
    let mut note = |what| changes.push(Change { of: of.clone(), what });
    match (was, is) {
        (Some(was), Some(is)) => was.against(&is).into_iter().for_each(note),
        (None, Some(is)) => note(What::Added(is.kind)),
        (Some(_), None) => note(What::Removed),
        (None, None) => {}
    }
}

type Pairs<'a, K, T> = BTreeMap<K, (Option<&'a T>, Option<&'a T>)>;

/// What was and what is, by key. Of several with the same key the first counts, as in the folder.
fn paired<'a, T, K: Ord>(old: &'a [T], new: &'a [T], key: impl Fn(&T) -> K) -> Pairs<'a, K, T> {
    let mut pairs = Pairs::new();
    for item in old {
        pairs.entry(key(item)).or_default().0.get_or_insert(item);
    }
    for item in new {
        pairs.entry(key(item)).or_default().1.get_or_insert(item);
    }
    pairs
}

impl Change {
    /// A file that is not as it is written.
    pub(crate) fn text(path: &str) -> Self {
        Self { of: Of::File(path.to_owned()), what: What::Text }
    }

    /// The object that the change is of or in.
    pub(crate) fn object(&self) -> Option<ObjectKey> {
        match &self.of {
            Of::Object(object) | Of::Field(object, _) => Some(object.key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
