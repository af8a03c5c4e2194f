//! How the server behaves where Knack's own behaviour is not known for sure.

use http::StatusCode;

use crate::answer::Answer;

mod quirks;

pub use quirks::Quirk;
pub(crate) use quirks::choose;

/// What imports allow (`docs.knack.com/docs/the-import-process`); nothing is said of uploads.
const LARGEST_UPLOAD: usize = 250 * 1024 * 1024;

/// What a record that does not exist is answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingRecord {
    /// 500 `Internal Server Error`, as recorded in 2015.
    #[default]
    Status500,
    /// 404 `Not Found`.
    Status404,
}

/// What a login with a wrong password is answered with, beside its message.
///
/// ```
/// use knack_emulator::{BadLogin, Emulator};
///
/// let knack = Emulator::builder().sample().bad_login(BadLogin::Status400).build()?;
/// # Ok::<(), knack_emulator::EmulatorError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadLogin {
    /// 401 `Unauthorized`.
    #[default]
    Status401,
    /// 400 `Bad Request`.
    Status400,
}

/// The switches of a [`Builder`](crate::Builder).
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub(crate) struct Manners {
    pub(crate) missing: MissingRecord,
    /// The same of records of an object that does not exist.
    pub(crate) missing_object: MissingRecord,
    pub(crate) bad_login: BadLogin,
    /// Whether a new record without a required field is refused.
    pub(crate) required: bool,
    /// Whether filters that are not understood are told of instead of ignored.
    pub(crate) strict_filters: bool,
    /// Whether filters give dates in the order of their field instead of the American one.
    pub(crate) field_order: bool,
    /// Whether the number of a page that was asked for is answered as a number.
    pub(crate) numeric_pages: bool,
    /// Whether dates written here get their `proper_` twins.
    pub(crate) proper_timestamps: bool,
    /// Whether calls of public views use up the daily plan.
    pub(crate) public_views_count: bool,
    /// Whether the API key opens pages behind a login.
    pub(crate) key_opens_pages: bool,
    /// Whether details hold the id of their record.
    pub(crate) details_have_id: bool,
    /// Whether a view of a child page refuses calls that do not name the page's record.
    pub(crate) require_page_record: bool,
    /// The largest file that may be uploaded, in bytes.
    pub(crate) largest_upload: usize,
    /// Whether the address of a file answers with the file instead of sending on to it.
    pub(crate) direct_downloads: bool,
    /// Whether parts of files are given.
    pub(crate) ranges: bool,
    /// Whether an exported file holds one page instead of all records.
    pub(crate) paged_exports: bool,
    /// Whether a page behind a login answers 403 instead of 401 to a call without a token.
    pub(crate) no_token_403: bool,
    /// Whether a token that is no longer good is answered with 401 instead of 403.
    pub(crate) bad_token_401: bool,
    /// Whether more rows of a page than there may be are refused.
    pub(crate) refuse_rows: bool,
    /// Whether a list without records has one page instead of none.
    pub(crate) empty_page: bool,
    /// Whether of several orders all count instead of the first.
    pub(crate) all_sorts: bool,
    /// Whether filters of texts tell capitals apart.
    pub(crate) exact_case: bool,
    /// Whether `[null]` is a value to filters.
    pub(crate) null_list: bool,
    /// Whether `is any` of a choice wants all options.
    pub(crate) any_is_all: bool,
    /// Whether forms answer with the bare record.
    pub(crate) bare_forms: bool,
    /// Whether cells that are edited in place answer as forms do.
    pub(crate) wrapped_cells: bool,
    /// Whether booleans show the words of their format.
    pub(crate) boolean_format: bool,
    /// Whether midnight is minute 0 instead of 720.
    pub(crate) midnight_zero: bool,
    /// Whether calls of public views pass the rate window.
    pub(crate) free_views: bool,
    /// Whether a refused call uses up the plan too.
    pub(crate) charge_refused: bool,
    /// Whether calls whose key or token is refused are told the limits.
    pub(crate) headers_on_refusals: bool,
    /// Whether the end of the rate window is told rounded down.
    pub(crate) reset_down: bool,
    /// Whether a 429 tells when to come again.
    pub(crate) retry_after: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            missing: MissingRecord::default(),
            missing_object: MissingRecord::default(),
            bad_login: BadLogin::default(),
            required: true,
            strict_filters: false,
            field_order: false,
            numeric_pages: false,
            proper_timestamps: true,
            public_views_count: false,
            key_opens_pages: false,
            details_have_id: false,
            require_page_record: false,
            largest_upload: LARGEST_UPLOAD,
            direct_downloads: false,
            ranges: true,
            paged_exports: false,
            no_token_403: false,
            bad_token_401: false,
            refuse_rows: false,
            empty_page: false,
            all_sorts: false,
            exact_case: false,
            null_list: false,
            any_is_all: false,
            bare_forms: false,
            wrapped_cells: false,
            boolean_format: false,
            midnight_zero: false,
            free_views: false,
            charge_refused: false,
            headers_on_refusals: false,
            reset_down: false,
            retry_after: false,
        }
    }
}

impl MissingRecord {
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Status500 => Answer::server_error(),
            Self::Status404 => Answer::not_found(),
        }
    }
}

impl BadLogin {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Status401 => StatusCode::UNAUTHORIZED,
            Self::Status400 => StatusCode::BAD_REQUEST,
        }
    }
}
