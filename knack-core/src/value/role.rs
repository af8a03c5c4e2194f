//! The roles of users.

use crate::cell::{Cell, ValueError};
use crate::key::ProfileKey;
use crate::kind::UserRoles;
use crate::query::{Comparison, Operand};
use crate::value::{FromField, ToField};
use crate::write::ValueWriter;

/// The keys of the roles: each a text, or an object with an `id`.
fn roles<U>(cell: Cell<'_>, read: impl Fn(&str) -> Result<U, ValueError>) -> Result<Vec<U>, ValueError> {
    let one = |cell: Cell<'_>| {
        let inner = cell.entries().find(|(key, _)| **key == *b"id").map_or(cell, |(_, id)| id);
        read(&inner.text()?)
    };
    if cell.is_empty() {
        return Ok(Vec::new());
    }
    if !cell.is_list() {
        return Ok(vec![one(cell)?]);
    }
    cell.elements().filter(|role| !role.is_empty()).map(one).collect()
}

impl FromField<UserRoles> for Vec<ProfileKey> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        roles(cell, |key| {
            key.parse()
                .map_err(|_| ValueError::new("has a role that is no profile key; `Vec<String>` takes any"))
        })
    }
}

impl FromField<UserRoles> for Vec<String> {
    fn from_field(cell: Cell<'_>) -> Result<Self, ValueError> {
        roles(cell, |key| Ok(key.to_owned()))
    }
}

impl ToField<UserRoles> for [ProfileKey] {
    /// Replaces all roles.
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        out.list(self, |out, key| {
            out.text(&key.to_string());
            Ok(())
        })
    }
}

impl ToField<UserRoles> for Vec<ProfileKey> {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

impl<const N: usize> ToField<UserRoles> for [ProfileKey; N] {
    fn to_field(&self, out: &mut ValueWriter<'_>) -> Result<(), ValueError> {
        self.as_slice().to_field(out)
    }
}

impl Operand<UserRoles> for ProfileKey {
    fn operand(self, _: Comparison) -> Result<serde_json::Value, ValueError> {
        Ok(self.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_in_every_form() {
        let read = |json: &str| Vec::<ProfileKey>::from_field(Cell::new(json.as_bytes()));
        let worker = ProfileKey::new(30);
        assert_eq!(read(r#"["profile_30","all_users"]"#).unwrap(), [worker, ProfileKey::ALL_USERS]);
        assert_eq!(read(r#"[{"id":"profile_30","identifier":"Worker"}]"#).unwrap(), [worker]);
        assert_eq!(read(r#""profile_30""#).unwrap(), [worker]);
        assert_eq!(read("[null]").unwrap(), []);
        assert!(read(r#"["Worker"]"#).unwrap_err().to_string().contains("Vec<String>"));
        let any = <Vec<String> as FromField<UserRoles>>::from_field(Cell::new(br#"["Worker"]"#));
        assert_eq!(any.unwrap(), ["Worker"]);
    }
}
