//! Accounts: who they are and what they may do, as their records say now.

use serde_json::{Map, Value, json};

use crate::app::{App, Object};
use crate::kind::Kind;
use crate::store::{Row, Store};

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) object: usize,
    pub(crate) id: String,
    /// Keys of profiles, such as `profile_3`.
    pub(crate) roles: Vec<String>,
    status: String,
    approval: String,
}

impl User {
    pub(crate) fn read((app, store): (&App, &Store), object: usize, id: &str) -> Option<Self> {
        let row = store.row(object, id)?;
        let table = app.objects.get(object)?;
        let word = |key: &str| extra(row, key).and_then(Value::as_str).map(str::to_owned);
        let status = status(table, row).or_else(|| word("account_status"));
        Some(Self {
            object,
            id: id.to_owned(),
            roles: roles(table, row),
            status: status.unwrap_or_else(|| "active".to_owned()),
            approval: word("approval_status").unwrap_or_else(|| "approved".to_owned()),
        })
    }

    /// The account with this address and password.
    pub(super) fn find((app, store): (&App, &Store), email: &str, password: &str) -> Option<Self> {
        accounts(app).find_map(|(place, object)| {
            let table = store.tables.get(place)?;
            let (id, _) = table.rows.iter().find(|(id, row)| {
                address(object, row).is_some_and(|own| own.trim().eq_ignore_ascii_case(email))
                    && store.has_password(place, id, password)
            })?;
            Self::read((app, store), place, id)
        })
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status == "active" && self.approval == "approved"
    }

    /// What keeps the account from logging in, in a word.
    pub(super) fn hindrance(&self) -> &str {
        if self.status == "active" { &self.approval } else { &self.status }
    }

    /// What calls about a session tell of its user.
    pub(super) fn told(&self, (app, store): (&App, &Store)) -> Map<String, Value> {
        let mut values = Map::new();
        let objects = app.objects.get(self.object).zip(store.row(self.object, &self.id));
        for (field, cell) in
            objects.into_iter().flat_map(|(object, row)| object.fields.iter().zip(&row.cells))
        {
            if let (Kind::Name(_) | Kind::Email(_), Some(raw)) = (&field.kind, &cell.raw) {
                values.insert(field.key.clone(), raw.clone());
            }
        }
        let told = json!({
            "id": self.id,
            "account_status": self.status,
            "approval_status": self.approval,
            "profile_keys": self.roles,
            "profile_objects": self.profiles(app),
            "values": values,
        });
        if let Value::Object(told) = told { told } else { Map::new() }
    }

    /// The user's records in the objects of its roles, which share its id.
    fn profiles(&self, app: &App) -> Vec<Value> {
        let own = |place: usize, object: &Object| {
            place == self.object || object.profile.as_ref().is_some_and(|role| self.roles.contains(role))
        };
        let objects = app.objects.iter().enumerate().filter(|(place, object)| own(*place, object));
        objects.map(|(_, object)| json!({"entry_id": self.id, "object": object.key})).collect()
    }
}

/// The objects whose records can log in; the one of all accounts first.
pub(crate) fn accounts(app: &App) -> impl Iterator<Item = (usize, &Object)> {
    let users = |all: bool| {
        let objects = app.objects.iter().enumerate().filter(|(_, object)| object.users);
        objects.filter(move |(_, object)| (object.profile.as_deref() == Some("all_users")) == all)
    };
    users(true).chain(users(false))
}

/// The mail address of an account.
pub(crate) fn address<'a>(object: &Object, row: &'a Row) -> Option<&'a str> {
    let raw = raw(object, row, |kind| matches!(kind, Kind::Email(_)))?;
    raw.as_str().or_else(|| raw.get("email")?.as_str())
}

/// What the field "User Status" says, which unlike `account_status` can be written.
fn status(object: &Object, row: &Row) -> Option<String> {
    let place = object.fields.iter().position(|field| {
        matches!(field.kind, Kind::Choice { .. }) && field.name.eq_ignore_ascii_case("user status")
    })?;
    row.cells.get(place)?.raw.as_ref()?.as_str().filter(|status| !status.is_empty()).map(str::to_owned)
}

/// The roles of a record: what its field of roles says, else what was recorded beside its fields, and
/// the one that its object stands for.
fn roles(object: &Object, row: &Row) -> Vec<String> {
    let listed = raw(object, row, |kind| *kind == Kind::UserRoles).or_else(|| extra(row, "profile_keys_raw"));
    let roles = listed.and_then(Value::as_array).into_iter().flatten();
    let mut roles: Vec<String> = roles
        .filter_map(|role| role.as_str().or_else(|| role.get("id")?.as_str()).map(str::to_owned))
        .collect();
    if let Some(own) = object.profile.as_ref().filter(|own| *own != "all_users" && !roles.contains(own)) {
        roles.push(own.clone());
    }
    roles
}

fn raw<'a>(object: &Object, row: &'a Row, wanted: impl Fn(&Kind) -> bool) -> Option<&'a Value> {
    let place = object.fields.iter().position(|field| wanted(&field.kind))?;
    row.cells.get(place)?.raw.as_ref()
}

fn extra<'a>(row: &'a Row, key: &str) -> Option<&'a Value> {
    row.extra.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}
