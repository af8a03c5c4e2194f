//! What a builder chooses of views and sessions.

use std::time::Duration;

use super::Builder;
use crate::manners::BadLogin;
use crate::sessions::Lockout;

impl Builder {
    /// Whether calls of public views use up the daily plan. By default they do not, as the older documents
    /// say, take a place in the rate window all the same, and their answers carry the headers of the rate
    /// alone; a newer version of the documents says that every call counts. A call with the token of a user
    /// counts in any case, and so does one with the API key.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().public_views_count(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn public_views_count(mut self, count: bool) -> Self {
        self.manners.public_views_count = count;
        self
    }

    /// Whether the API key opens pages behind a login without a token. By default it does not; no document
    /// says.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().key_opens_pages(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn key_opens_pages(mut self, open: bool) -> Self {
        self.manners.key_opens_pages = open;
        self
    }

    /// Whether the record of a details view holds its `id`. By default it does not, as somebody saw.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().details_have_id(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn details_have_id(mut self, have: bool) -> Self {
        self.manners.details_have_id = have;
        self
    }

    /// Whether a view that shows what belongs to its page's record answers 400 to a call that does not name
    /// that record (`?customer-details_id=…`). By default its list is empty, and its form makes a record
    /// that is not connected.
    ///
    /// ```
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().require_page_record(true).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn require_page_record(mut self, require: bool) -> Self {
        self.manners.require_page_record = require;
        self
    }

    /// How long a session lasts; 48 hours unless set, as documented.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().session_lifetime(Duration::from_mins(1)).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self
    }

    /// How many wrong passwords in a row lock an account, and for how long. Unless set, what the
    /// application's settings say; in the sample nothing locks. 0 attempts are taken as 1.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use knack_emulator::Emulator;
    /// let knack = Emulator::builder().sample().lockout(3, Duration::from_mins(15)).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn lockout(mut self, attempts: u32, length: Duration) -> Self {
        let attempts = if attempts == 0 { 1 } else { attempts };
        self.lockout = Some(Lockout { attempts, length });
        self
    }

    /// What a login that is refused is answered with; 401 unless set. No document says.
    ///
    /// ```
    /// use knack_emulator::{BadLogin, Emulator};
    ///
    /// let knack = Emulator::builder().sample().bad_login(BadLogin::Status400).build()?;
    /// # Ok::<(), knack_emulator::EmulatorError>(())
    /// ```
    pub const fn bad_login(mut self, answer: BadLogin) -> Self {
        self.manners.bad_login = answer;
        self
    }
}
