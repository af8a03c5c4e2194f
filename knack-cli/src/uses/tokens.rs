//! Just enough of Rust's tokens to tell code from texts and comments.

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'s> {
    /// A name, keyword or number.
    Word(&'s str),
    /// A text, without its quotes.
    Text(String),
    Mark(char),
}

/// The tokens of a source, each with the line that it begins on.
pub(crate) fn tokens(source: &str) -> Vec<(Token<'_>, usize)> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        found.extend(token.map(|token| (token, line)));
        // A length that splits a character would be a mistake of `next`: then the source ends here.
        let (read, behind) = rest.split_at_checked(length.max(first.len_utf8())).unwrap_or((rest, ""));
        line += read.matches('\n').count();
        rest = behind;
    }
    found
}

/// The first token, if there is one, and the length of what it takes.
fn next(rest: &str, first: char) -> (Option<Token<'_>>, usize) {
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, comment(rest));
    }
    if let Some((text, length)) = raw_text(rest) {
        return (Some(Token::Text(text)), length);
    }
    if first == '"' {
        let (text, length) = text(rest);
        return (Some(Token::Text(text)), length);
    }
    if first == '\'' {
        return (None, character(rest));
    }
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    match rest.get(..word) {
        Some(name) if word > 0 => (Some(Token::Word(name)), word),
        _ if first.is_whitespace() => (None, first.len_utf8()),
        _ => (Some(Token::Mark(first)), first.len_utf8()),
    }
}

/// The length of a block comment with those in it.
fn comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(two) = bytes.get(at..at + 2) {
        match two {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, with `b` or `c` before it.
fn raw_text(rest: &str) -> Option<(String, usize)> {
    let behind = rest.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let marks = behind.len() - behind.trim_start_matches('#').len();
    let inner = behind.trim_start_matches('#').strip_prefix('"')?;
    let before = rest.len() - inner.len();
    let end = format!("\"{}", "#".repeat(marks));
    let text = inner.split(&end).next().unwrap_or(inner);
    Some((text.to_owned(), (before + text.len() + end.len()).min(rest.len())))
}

fn text(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, at + 1),
            '\\' => text.extend(chars.next().map(|(_, escaped)| match escaped {
                'n' => '\n',
                't' => '\t',
                other => other,
            })),
            other => text.push(other),
        }
    }
    (text, rest.len())
}

/// `'x'`, or the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => {
            let end = chars.find(|(_, c)| *c == '\'');
            end.map_or(rest.len(), |(at, _)| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}
