//! Which records a view is about: its criteria, and what belongs to the page's record or to the user.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Visit;
use crate::answer::Answer;
use crate::filter::{Filter, Now};
use crate::routes::missing;
use crate::scope::{Scope, Within};
use crate::sessions::users::User;
use crate::store::Store;

impl Visit<'_> {
    /// All of the view's records.
    pub(super) fn scope(&self, store: &Store) -> Result<Scope<'_>, Answer> {
        let source = self.source;
        Ok(Scope {
            filter: self.criteria(store),
            within: self.within(store)?,
            sort: &source.sort,
            limit: source.limit,
            rows: self.view.rows,
            columns: Some(&self.view.columns),
        })
    }

    /// The id of a record that a call names, if it is one of the view's. A view about the user's own
    /// record takes any id for it. A call that does not name the page's record reaches those of all pages:
    /// a guess, like all of this.
    pub(super) fn reachable<'a>(&'a self, store: &Store, id: &'a str) -> Result<&'a str, Answer> {
        let source = self.source;
        let id = if source.user && source.connection.is_none() { self.user()?.id.as_str() } else { id };
        let mut scope = Scope { filter: self.criteria(store), ..Scope::default() };
        if source.connection.is_some() && self.parent()?.is_some() {
            scope.within = self.within(store)?;
        }
        let row = store.row(self.place, id).ok_or_else(|| missing(self.manners))?;
        let admitted = scope.admits((self.app, store), self.object, id, row);
        if admitted { Ok(id) } else { Err(missing(self.manners)) }
    }

    /// The record that the view's records are connected with: the user, or the record of the nearest page
    /// that has one, which a call names by that page's slug.
    pub(super) fn parent(&self) -> Result<Option<(usize, &str)>, Answer> {
        let source = self.source;
        if source.user {
            let user = self.user()?;
            return Ok(Some((user.object, &user.id)));
        }
        let page = self.app.pages.with_record(self.scene, source.parent.as_deref());
        let named = page.and_then(|(scene, object)| {
            let id = self.query.get(&format!("{}_id", scene.slug)).filter(|id| !id.is_empty())?;
            Some((self.app.object(object)?.0, id))
        });
        if named.is_none() && self.manners.require_page_record {
            let slug = page.map_or("page", |(scene, _)| &scene.slug);
            return Err(Answer::text(StatusCode::BAD_REQUEST, format!("Missing parameter {slug}_id.")));
        }
        Ok(named)
    }

    fn within(&self, store: &Store) -> Result<Option<Within>, Answer> {
        let source = self.source;
        let Some(connection) = &source.connection else {
            return Ok(if source.user { Some(Within::Among(vec![self.user()?.id.clone()])) } else { None });
        };
        let leading = self.object.place(connection);
        Ok(Some(match self.parent()? {
            Some((place, id)) if source.local => {
                let field = self.app.objects.get(place).and_then(|object| object.place(connection));
                let links =
                    field.zip(store.row(place, id)).into_iter().flat_map(|(field, row)| row.links(field));
                Within::Among(links.map(str::to_owned).collect())
            }
            Some((_, id)) => match leading {
                Some(connection) => Within::Leading { connection, to: id.to_owned() },
                None => Within::Among(Vec::new()),
            },
            None => Within::Among(Vec::new()),
        }))
    }

    fn criteria(&self, store: &Store) -> Filter {
        let now = Now::at((self.app, store), self.wall, self.manners);
        let criteria = about(&self.source.criteria, self.user);
        // Only strict filters are ever refused, and a view's own are none of the caller's mistakes.
        Filter::group(self.object, &criteria, &now, false).unwrap_or_default()
    }
}

/// Criteria in which the operator `user`, which dumps alone have, names the user who is logged in.
fn about(criteria: &Value, user: Option<&User>) -> Value {
    match criteria {
        Value::Object(rule) if rule.get("operator").and_then(Value::as_str) == Some("user") => match user {
            Some(user) => json!({"field": rule.get("field"), "operator": "contains", "value": user.id}),
            None => json!({"field": "id", "operator": "is", "value": "nobody"}),
        },
        Value::Object(group) => {
            let parts = group.iter().map(|(key, part)| (key.clone(), about(part, user)));
            Value::Object(parts.collect::<Map<_, _>>())
        }
        Value::Array(rules) => rules.iter().map(|rule| about(rule, user)).collect(),
        other => other.clone(),
    }
}
