//! What a view is to the code: where it is, who may see it, whose record it is about, what it does.

use std::fmt;

use proc_macro2::Ident;
use quote::format_ident;

use crate::near::Near;

/// A view, as its attributes or the schema say.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) key: u32,
    pub(crate) scene: u32,
    /// Whether its page is behind a login.
    pub(crate) login: bool,
    /// The page whose record it is about.
    pub(crate) under: Option<Under>,
    pub(crate) can: Can,
}

/// A page of one record, whose id calls to a view below give.
#[derive(Clone)]
pub(crate) struct Under {
    pub(crate) slug: String,
    /// The number in the key of the record's object.
    pub(crate) object: u32,
}

impl View {
    /// As attributes name it.
    pub(crate) fn access(&self) -> &'static str {
        if self.login { "login" } else { "public" }
    }
}

/// One of the things that a view does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    List,
    Get,
    Create,
    Update,
    Delete,
    Report,
}

impl Verb {
    pub(crate) const ALL: [Self; 6] =
        [Self::List, Self::Get, Self::Create, Self::Update, Self::Delete, Self::Report];

    /// As attributes name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Report => "report",
        }
    }

    /// The trait in the core that has its methods.
    pub(crate) fn of_trait(self) -> Ident {
        format_ident!(
            "{}",
            match self {
                Self::List => "Lists",
                Self::Get => "Gets",
                Self::Create => "Creates",
                Self::Update => "Updates",
                Self::Delete => "Deletes",
                Self::Report => "Reports",
            }
        )
    }
}

/// All that a view does.
#[derive(Clone, PartialEq)]
pub(crate) struct Can(Vec<Verb>);

impl Can {
    pub(crate) fn new(verbs: impl IntoIterator<Item = Verb>) -> Self {
        let mut verbs: Vec<_> = verbs.into_iter().collect();
        verbs.sort_unstable();
        verbs.dedup();
        Self(verbs)
    }

    /// `list, update`; the error is in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let verbs = text.split(',').map(str::trim).map(|name| {
            let verb = Verb::ALL.into_iter().find(|verb| verb.name() == name);
            verb.ok_or_else(|| {
                let meant = Near::of(name, Verb::ALL.map(|verb| (verb.name(), verb.name())));
                let question =
                    meant.meant().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                format!("`{name}` is nothing that a view does: that is {}{question}", Self::new(Verb::ALL))
            })
        });
        verbs.collect::<Result<Vec<_>, _>>().map(Self::new)
    }

    pub(crate) fn verbs(&self) -> &[Verb] {
        &self.0
    }

    pub(crate) fn has(&self, verb: Verb) -> bool {
        self.0.contains(&verb)
    }

    /// Whether it is a form.
    pub(crate) fn asks(&self) -> bool {
        self.has(Verb::Create) || self.has(Verb::Get) && self.has(Verb::Update)
    }

    /// Whether records are read by it.
    pub(crate) fn reads(&self) -> bool {
        self.has(Verb::List) || self.has(Verb::Get)
    }
}

impl fmt::Display for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|verb| verb.name()).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_read_in_any_order() {
        const ALL: &str = "is nothing that a view does: that is list, get, create, update, delete, report";
        let parsed = |text: &str| Can::parse(text).map(|can| can.to_string());
        assert_eq!(parsed("delete,list , update,list"), Ok("list, update, delete".to_owned()));
        assert_eq!(parsed("list, updat"), Err(format!("`updat` {ALL}; did you mean `update`?")));
        assert_eq!(parsed(""), Err(format!("`` {ALL}")));
    }
}
