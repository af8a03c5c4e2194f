//! Writing: the JSON of values and of records to send.

use std::fmt::{self, Display, Write as _};

use crate::cell::ValueError;
use crate::object::{DateOrder, FieldDef};

/// Writes exactly one JSON value; handed to [`ToField`](crate::value::ToField). The caller keeps to
/// one: two calls of one writer give text that is no JSON.
///
/// ```
/// use knack_core::write::ValueWriter;
///
/// let mut json = String::new();
/// ValueWriter::new(&mut json).object(|out| {
///     out.entry("first", |out| out.text("Ann \"A.\""));
///     out.entry("age", |out| out.number(41));
///     out.entry("member", |out| out.boolean(true));
/// });
/// assert_eq!(json, r#"{"first":"Ann \"A.\"","age":41,"member":true}"#);
/// ```
pub struct ValueWriter<'a> {
    out: &'a mut String,
    dates: DateOrder,
}

impl fmt::Debug for ValueWriter<'_> {
    /// Without what is written: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueWriter").finish_non_exhaustive()
    }
}

impl<'a> ValueWriter<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut String) -> Self {
        Self { out, dates: DateOrder::default() }
    }

    /// A writer of a value of this field.
    pub(crate) fn of_field(out: &'a mut String, field: &FieldDef) -> Self {
        Self { out, dates: field.date_order() }
    }

    /// In which order the field takes day and month.
    pub fn date_order(&self) -> DateOrder {
        self.dates
    }

    /// Writes a string, with the escapes that JSON needs.
    pub fn text(&mut self, text: &str) {
        let _infallible = write!(self.out, "{}", serde_json::Value::from(text));
    }

    /// Writes a number as its text; `number` must print as JSON prints numbers. A float that is not
    /// finite does not.
    pub fn number(&mut self, number: impl Display) {
        let _infallible = write!(self.out, "{number}");
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.number(value);
    }

    /// Writes any JSON value.
    ///
    /// ```
    /// use knack_core::write::ValueWriter;
    ///
    /// let mut json = String::new();
    /// ValueWriter::new(&mut json).json(&serde_json::json!({"url": "https://example.com"}));
    /// assert_eq!(json, r#"{"url":"https://example.com"}"#);
    /// ```
    pub fn json(&mut self, value: &serde_json::Value) {
        self.number(value);
    }

    /// Writes text that is one JSON value, as it is.
    pub(crate) fn verbatim(&mut self, json: &str) {
        self.out.push_str(json);
    }

    /// Writes a list, each of `items` by `write`; the first error ends it and is given back.
    ///
    /// ```
    /// use knack_core::write::ValueWriter;
    ///
    /// let mut json = String::new();
    /// ValueWriter::new(&mut json).list(&["red", "blue"], |out, option| {
    ///     out.text(option);
    ///     Ok(())
    /// })?;
    /// assert_eq!(json, r#"["red","blue"]"#);
    /// # Ok::<(), knack_core::cell::ValueError>(())
    /// ```
    pub fn list<U>(
        &mut self,
        items: &[U],
        mut write: impl FnMut(&mut ValueWriter<'_>, &U) -> Result<(), ValueError>,
    ) -> Result<(), ValueError> {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(&mut ValueWriter { out: self.out, dates: self.dates }, item)?;
        }
        self.out.push(']');
        Ok(())
    }

    /// Writes an object, whose entries `write` gives. What may fail is worked out before: the entries
    /// have no way to give an error.
    pub fn object(&mut self, write: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.out.push('{');
        write(&mut ObjectWriter { out: self.out, dates: self.dates, first: true });
        self.out.push('}');
    }
}

/// Writes the entries of one JSON object, in the order of the calls; see [`ValueWriter::object`].
///
/// ```
/// use knack_core::write::{ObjectWriter, ValueWriter};
///
/// fn name(out: &mut ObjectWriter<'_>, first: &str, last: &str) {
///     out.entry("first", |out| out.text(first));
///     out.entry("last", |out| out.text(last));
/// }
///
/// let mut json = String::new();
/// ValueWriter::new(&mut json).object(|out| name(out, "Ann", "Berg"));
/// assert_eq!(json, r#"{"first":"Ann","last":"Berg"}"#);
/// ```
pub struct ObjectWriter<'a> {
    out: &'a mut String,
    dates: DateOrder,
    first: bool,
}

impl ObjectWriter<'_> {
    /// Writes the entry `key`, its value by `write`. Keys are not checked for repeats.
    pub fn entry(&mut self, key: &str, write: impl FnOnce(&mut ValueWriter<'_>)) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        let mut value = ValueWriter { out: self.out, dates: self.dates };
        value.text(key);
        value.out.push(':');
        write(&mut value);
    }
}

impl fmt::Debug for ObjectWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectWriter").finish_non_exhaustive()
    }
}
