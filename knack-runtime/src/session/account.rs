//! Who is logged in.

use bytes::Bytes;
use knack_core::RecordId;
use knack_core::key::{ObjectKey, ProfileKey};
use knack_core::value::{AccountStatus, ApprovalStatus, KnackChoice};
use serde_json::Value;

use super::Token;

/// The account of a user who is logged in, as far as Knack tells of it.
///
/// Source: docs.knack.com/docs/remote-user-logins.
///
/// ```
/// # use knack_emulator::Emulator;
/// # use knack_runtime::Client;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let local = Emulator::builder().sample().build()?;
/// # let knack = Client::builder(local.application_id()).transport(local.transport()).build()?;
/// # let email = local.account_email(0).unwrap();
/// use knack_runtime::key::ProfileKey;
///
/// let user = knack.login(email, "Pedal-2026").await?;
/// let account = user.account().unwrap();
/// assert!(account.has_role(ProfileKey::new(12)));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The id of the account's record.
    pub id: RecordId,
    /// The roles, in the order of the answer. Every account belongs to `all_users` besides, which is no role.
    pub roles: Vec<ProfileKey>,
    /// The records that the user has in the objects of the roles.
    pub records: Vec<(ObjectKey, RecordId)>,
    /// Whether the account may log in, where Knack tells.
    pub account_status: Option<AccountStatus>,
    /// Whether the account was approved, where Knack tells.
    pub approval_status: Option<ApprovalStatus>,
}

impl Account {
    /// Whether the user has this role.
    pub fn has_role(&self, role: ProfileKey) -> bool {
        self.roles.contains(&role)
    }

    /// The user's record in the object of a role, such as the customer that the user is.
    pub fn record_in(&self, object: ObjectKey) -> Option<RecordId> {
        self.records.iter().find(|(of, _)| *of == object).map(|(_, id)| *id)
    }

    fn of(user: &Value) -> Option<Self> {
        let text = |name| user.get(name).and_then(Value::as_str);
        let list = |name| user.get(name).and_then(Value::as_array).into_iter().flatten();
        let role = |role: &Value| {
            let role = role.as_str().or_else(|| role.get("id")?.as_str())?.parse().ok();
            role.filter(|role| *role != ProfileKey::ALL_USERS)
        };
        let record = |entry: &Value| {
            let text = |name| entry.get(name).and_then(Value::as_str);
            Some((text("object")?.parse().ok()?, text("entry_id")?.parse().ok()?))
        };
        Some(Self {
            id: text("id")?.parse().ok()?,
            roles: list("profile_keys").filter_map(role).collect(),
            records: list("profile_objects").filter_map(record).collect(),
            account_status: text("account_status").and_then(AccountStatus::from_option),
            approval_status: text("approval_status").and_then(ApprovalStatus::from_option),
        })
    }
}

/// The answer to a login or to a question for the session: `{"session":{"user":{…}}}`.
pub(super) struct SessionAnswer {
    pub(super) account: Option<Account>,
    pub(super) token: Option<Token>,
    /// Whether it says that the session is over.
    pub(super) over: bool,
    /// The user's addresses, as far as it tells them.
    emails: Vec<String>,
}

impl SessionAnswer {
    /// `None` for what is no such answer.
    pub(super) fn read(body: &Bytes) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let session = answer.get("session")?;
        let user = session.get("user")?;
        let status = session.get("status").and_then(Value::as_str);
        let token = user.get("token").and_then(Value::as_str).filter(|token| !token.is_empty());
        Some(Self {
            account: Account::of(user),
            token: token.map(Token::new),
            over: status.is_some_and(|status| status != "active"),
            emails: emails(user),
        })
    }

    /// Whether it is about the user with this address, or does not tell.
    pub(super) fn may_be_of(&self, email: &str) -> bool {
        let same = |own: &String| own.trim().eq_ignore_ascii_case(email.trim());
        self.emails.is_empty() || self.emails.iter().any(same)
    }
}

/// The addresses among the values that are told of a user.
fn emails(user: &Value) -> Vec<String> {
    let values = user.get("values").and_then(Value::as_object).into_iter().flat_map(|values| values.values());
    values.filter_map(|value| value.get("email")?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_answers_are_read_as_far_as_they_go() {
        let read = |json: &'static str| SessionAnswer::read(&Bytes::from_static(json.as_bytes()));
        for none in ["", "{}", "[]", r#"{"session":7}"#, r#"{"session":{}}"#] {
            assert!(read(none).is_none(), "{none}");
        }
        let bare = read(r#"{"session":{"user":{"token":"","profile_keys":null}}}"#).unwrap();
        assert!(bare.account.is_none() && bare.token.is_none() && !bare.over);
        let full = read(
            r#"{"session":{"status":"active","user":{"id":"5d7964422d7159001659b27a","token":"t",
                "profile_keys":["profile_4","all_users",7,{"id":"profile_9"}],"approval_status":"approved",
                "profile_objects":[{"entry_id":"5d7964422d7159001659b27b","object":"object_4"},{"object":"object_5"}]}}}"#,
        );
        let account = full.unwrap().account.unwrap();
        assert_eq!(account.roles, [4, 9].map(ProfileKey::new));
        assert!(
            account.record_in(ObjectKey::new(4)).is_some() && account.record_in(ObjectKey::new(5)).is_none()
        );
        assert_eq!(account.approval_status, Some(ApprovalStatus::Approved));
        assert!(read(r#"{"session":{"status":"expired","user":{}}}"#).unwrap().over);
        let ann = read(r#"{"session":{"user":{"values":{"field_1":7,"field_2":{"email":"Ann@x.org"}}}}}"#);
        let ann = ann.unwrap();
        assert!(ann.may_be_of("ann@x.org") && !ann.may_be_of("bob@x.org") && bare.may_be_of("bob@x.org"));
    }
}
