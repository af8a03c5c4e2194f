//! Pages and the views on them, as the dump describes them (it calls pages scenes), and who may see
//! them (`docs.knack.com/docs/view-based-requests`).

mod read;

use serde_json::Value;

use crate::app::{App, Field, Sort};
use crate::formula::{Measure, Place};
use crate::store::{Cell, Row, Store};

/// All pages of an application, in the order of the dump.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    scenes: Vec<Scene>,
}

/// A page.
#[derive(Debug)]
pub(crate) struct Scene {
    key: String,
    /// Its name in addresses; calls to views below it give its record's id as `{slug}_id`.
    pub(crate) slug: String,
    /// The slug of the page above it.
    parent: Option<String>,
    /// The object that the page shows one record of.
    object: Option<String>,
    /// Whether a login protects it and the pages below it.
    login: bool,
    /// The roles that this login lets pass; without any, every user.
    profiles: Vec<String>,
    views: Vec<View>,
}

/// A view, as far as calls can read or write through it.
#[derive(Debug)]
pub(crate) struct View {
    key: String,
    pub(crate) name: String,
    pub(crate) kind: ViewKind,
    /// Where its records come from; a view of reports alone has the source of the first.
    pub(crate) source: Source,
    /// What it shows, in its order.
    pub(crate) columns: Vec<Column>,
    /// What a form takes: places of the source's fields.
    pub(crate) inputs: Vec<usize>,
    /// Rows of a page where a call does not say.
    pub(crate) rows: Option<usize>,
    /// Whether cells can be edited in place.
    pub(crate) cell_editor: bool,
    pub(crate) delete_link: bool,
    /// The key of the first submit rule, which a form's answer names.
    pub(crate) submit: String,
    pub(crate) reports: Vec<Report>,
}

/// What calls can do with a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewKind {
    /// Shows many records: table, list, search, calendar, map.
    Records,
    /// Shows one record.
    Details,
    /// A form that makes a record.
    Insert,
    /// A form that changes one.
    Update,
    /// Holds no records: menu, text, login, report.
    Other,
}

/// Which records a view is about.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) object: Option<String>,
    /// Filters of its own, in the grammar of filters.
    pub(crate) criteria: Value,
    pub(crate) sort: Vec<Sort>,
    pub(crate) limit: Option<usize>,
    /// The connection between its records and the page's record.
    pub(crate) connection: Option<String>,
    /// Whether the connection is a field of the page's record, instead of one of the view's records.
    pub(crate) local: bool,
    /// The object of the record that its records are connected with.
    pub(crate) parent: Option<String>,
    /// Whether it is about the user who is logged in, instead of about the page's record.
    pub(crate) user: bool,
}

/// A field that a view shows.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) field: Place,
    /// The connection of the view's object over which the field is reached, if it is another's.
    pub(crate) through: Option<usize>,
    /// What the view calls it, if not by its own name.
    pub(crate) header: Option<String>,
}

/// Records in groups, with calculations over each.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) source: Source,
    /// The fields that records are grouped by, and the order of the groups.
    pub(crate) groups: Vec<Sort>,
    pub(crate) calculations: Vec<Calculation>,
}

/// What is calculated over a group.
#[derive(Debug)]
pub(crate) struct Calculation {
    /// `None` for those that came after this was written.
    pub(crate) measure: Option<Measure>,
    /// A place in the report's object.
    pub(crate) field: Option<usize>,
}

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access<'a> {
    Everybody,
    /// Every user who is logged in.
    Users,
    /// Users who have one of these roles.
    Roles(&'a [String]),
}

impl Pages {
    pub(crate) fn view(&self, scene: &str, view: &str) -> Option<(&Scene, &View)> {
        let scene = self.scenes.iter().find(|found| found.key == scene)?;
        Some((scene, scene.views.iter().find(|found| found.key == view)?))
    }

    /// Who may see a page: the nearest login on it or above that is limited to roles decides.
    pub(crate) fn access<'a>(&'a self, scene: &'a Scene) -> Access<'a> {
        let mut access = Access::Everybody;
        for scene in self.upwards(scene).filter(|scene| scene.login) {
            if !scene.profiles.is_empty() {
                return Access::Roles(&scene.profiles);
            }
            access = Access::Users;
        }
        access
    }

    /// The nearest page, from `scene` upwards, that shows one record; one of `object` is preferred.
    pub(crate) fn with_record<'a>(
        &'a self,
        scene: &'a Scene,
        object: Option<&str>,
    ) -> Option<(&'a Scene, &'a str)> {
        let shows = |scene: &'a Scene| Some((scene, scene.object.as_deref()?));
        let wanted = self.upwards(scene).filter_map(shows).find(|(_, of)| Some(*of) == object);
        wanted.or_else(|| self.upwards(scene).find_map(shows))
    }

    /// The page itself and those above it.
    fn upwards<'a>(&'a self, scene: &'a Scene) -> impl Iterator<Item = &'a Scene> {
        let above = |scene: &&'a Scene| {
            let parent = scene.parent.as_ref()?;
            self.scenes.iter().find(|above| above.slug == *parent)
        };
        // As many steps as there are pages: somebody's tree may be a circle.
        std::iter::successors(Some(scene), above).take(self.scenes.len())
    }
}

impl Column {
    /// The field, and what a record has in it: the record itself or, over a connection, the first that it
    /// is connected with (a guess).
    pub(crate) fn of<'a>(
        &self,
        (app, store): (&'a App, &'a Store),
        row: &'a Row,
    ) -> Option<(&'a Field, Option<&'a Cell>)> {
        let (object, place) = self.field;
        let (_, field) = app.at(self.field)?;
        let row = match self.through {
            Some(through) => row.links(through).find_map(|id| store.row(object, id)),
            None => Some(row),
        };
        Some((field, row.and_then(|row| row.cells.get(place))))
    }
}

impl Access<'_> {
    /// Whether a user with these roles may see the page.
    pub(crate) fn admits(self, roles: &[String]) -> bool {
        match self {
            Self::Everybody | Self::Users => true,
            // Every account belongs to `all_users`.
            Self::Roles(allowed) => allowed.iter().any(|role| role == "all_users" || roles.contains(role)),
        }
    }
}
