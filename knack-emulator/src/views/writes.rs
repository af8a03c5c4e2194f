//! Writes through views: forms, cells that are edited in place, and links that delete.

use serde_json::{Map, Value, json};

use super::{Visit, refused};
use crate::answer::Answer;
use crate::json::{Look, Shape};
use crate::kind::Kind;
use crate::pages::ViewKind;
use crate::records::Writing;
use crate::routes::{self, missing};
use crate::store::Store;

impl Visit<'_> {
    /// Makes a record through an insert form, connected with the page's record if the form is about it.
    pub(super) fn insert(&self, store: &mut Store, body: &Value) -> Result<Answer, Answer> {
        if self.view.kind != ViewKind::Insert {
            return Err(refused());
        }
        let source = self.source;
        let mut given = self.only(&self.view.inputs, body);
        let mut leading = None;
        if let Some(connection) = &source.connection
            && let Some((place, page)) = self.parent()?
        {
            if source.local {
                store.row(place, page).ok_or_else(|| missing(self.manners))?;
                leading = Some((place, page, connection));
            } else {
                given.insert(connection.clone(), json!([page]));
            }
        }
        let id = self.writing().create(store, &given.into())?;
        if let Some((place, page, connection)) = leading {
            self.connect(store, (place, page), connection, &id)?;
        }
        self.submitted(store, &id)
    }

    /// Changes a record through an update form or a table whose cells can be edited.
    pub(super) fn update(&self, store: &mut Store, id: &str, body: &Value) -> Result<Answer, Answer> {
        let form = self.view.kind == ViewKind::Update;
        let cells: Vec<usize> = match self.view.kind {
            ViewKind::Update => self.view.inputs.clone(),
            ViewKind::Records if self.view.cell_editor => {
                let own = self.view.columns.iter().filter(|column| column.through.is_none());
                own.map(|column| column.field.1).collect()
            }
            _ => return Err(refused()),
        };
        let id = self.reachable(store, id)?;
        let given = self.only(&cells, body);
        self.writing().update(store, id, &given.into())?;
        if form || self.manners.wrapped_cells {
            self.submitted(store, id)
        } else {
            self.whole(store, id).map(routes::ok)
        }
    }

    pub(super) fn delete(&self, store: &mut Store, id: &str) -> Result<Answer, Answer> {
        if !self.view.delete_link {
            return Err(refused());
        }
        let id = self.reachable(store, id)?;
        self.writing().delete(store, id);
        Ok(routes::deleted())
    }

    /// What of a body a view takes; the rest is ignored.
    fn only(&self, fields: &[usize], body: &Value) -> Map<String, Value> {
        let keys = fields.iter().filter_map(|place| Some(&self.object.fields.get(*place)?.key));
        keys.filter_map(|key| Some((key.clone(), body.get(key)?.clone()))).collect()
    }

    /// Lets another record's connection lead to a new one as well.
    fn connect(
        &self,
        store: &mut Store,
        (place, id): (usize, &str),
        key: &str,
        to: &str,
    ) -> Result<(), Answer> {
        let object = self.app.objects.get(place).ok_or_else(Answer::server_error)?;
        let field = object.place(key).ok_or_else(Answer::server_error)?;
        let many =
            object.fields.get(field).is_some_and(|f| matches!(f.kind, Kind::Connection { many: true, .. }));
        let row = store.row(place, id).filter(|_| many);
        let links = row.into_iter().flat_map(|row| row.links(field)).chain([to]);
        let body = json!({ key: links.collect::<Vec<_>>() });
        Writing { place, object, ..self.writing() }.update(store, id, &body).map(drop)
    }

    fn writing(&self) -> Writing<'_> {
        let asked = Some(self.view.inputs.as_slice());
        let Self { app, place, object, manners, wall, .. } = *self;
        Writing { app, place, object, manners, asked, wall }
    }

    /// The answer of a form.
    fn submitted(&self, store: &Store, id: &str) -> Result<Answer, Answer> {
        let record = self.whole(store, id)?;
        if self.manners.bare_forms && self.view.kind != ViewKind::Records {
            return Ok(routes::ok(record));
        }
        let key = json!(self.view.submit).to_string();
        let parts = [b"{\"record\":".as_slice(), &record, b",\"submit_key\":", key.as_bytes(), b"}"];
        Ok(routes::ok(parts.concat()))
    }

    /// The whole record, also what the view does not show: writes through forms answer so.
    fn whole(&self, store: &Store, id: &str) -> Result<Vec<u8>, Answer> {
        self.record(store, id, Look::whole(Shape::of(self.query.get("format"))))
    }
}
