//! `cargo knack emulate --data`, killed in the middle of writes.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use common::{Emulating, Package};
use serde_json::{Value, json};

/// How often it is killed.
const KILLS: usize = 50;
const WRITERS: usize = 4;
const APPLICATION: &str = "5f00000000000000000000aa";
const PARENT: &str = "5f00000000000000000000b1";

/// A parent that counts its children and adds up their numbers: a write touches two records. A child says its
/// number three times.
fn application() -> Value {
    let total = |key: &str, kind: &str, field: &str| json!({"key": key, "name": key, "type": kind, "format": {"connection": {"key": "field_4"}, "field": {"key": field}}});
    json!({"id": APPLICATION, "name": "Family", "objects": [
        {"key": "object_1", "name": "Parents", "fields": [
            total("field_7", "count", "field_2"), total("field_8", "sum", "field_2")]},
        {"key": "object_2", "name": "Children", "fields": [
            {"key": "field_1", "name": "Text", "type": "paragraph_text"},
            {"key": "field_2", "name": "Number", "type": "number"},
            {"key": "field_3", "name": "Double", "type": "equation", "format": {"equation": "{field_2}*2"}},
            {"key": "field_4", "name": "Parent", "type": "connection",
                "relationship": {"object": "object_1", "has": "one", "belongs_to": "many"}}]}]})
}

fn child(number: u64) -> Value {
    json!({"field_1": text(number), "field_2": number, "field_4": PARENT})
}

/// A text of some length, so that half of it would be seen.
fn text(number: u64) -> String {
    format!("{number} ").repeat(200)
}

/// One connection.
struct Wire {
    read: BufReader<TcpStream>,
    head: String,
}

impl Wire {
    fn to(server: &Emulating) -> Self {
        let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap();
        let key = server.told.split("KNACK_API_KEY=").nth(1).unwrap().split_whitespace().next().unwrap();
        let read = BufReader::new(TcpStream::connect(address).unwrap());
        let head = format!(
            "Host: {address}\r\nX-Knack-Application-Id: {APPLICATION}\r\nX-Knack-REST-API-Key: {key}"
        );
        Self { read, head }
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let request = format!(
            "{method} /v1/objects/{path} HTTP/1.1\r\n{}\r\nContent-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        self.read.get_mut().write_all(request.as_bytes())?;
        let (mut status, mut length) = (String::new(), 0);
        self.read.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            if self.read.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if line == "\r\n" {
                break;
            }
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.read.read_exact(&mut body)?;
        assert!(status.starts_with("HTTP/1.1 200"), "{status} {}", String::from_utf8_lossy(&body));
        Ok(serde_json::from_slice(&body).unwrap())
    }
}

/// What a writer did, or was about to do when it was cut off.
enum Deed {
    /// A record has this number, or none any more.
    Done(String, Option<u64>),
    /// It may have it.
    Tried(Option<String>, Option<u64>),
}

/// Makes records, changes some and deletes some, until it is cut off.
fn write(mut wire: Wire, from: u64, deeds: &Sender<Deed>) {
    let mut made = String::new();
    for step in 0.. {
        let number = from + step;
        let (method, path, value) = match step % 6 {
            2 => ("PUT", format!("object_2/records/{made}"), Some(number)),
            4 => ("DELETE", format!("object_2/records/{made}"), None),
            _ => ("POST", "object_2/records".to_owned(), Some(number)),
        };
        let body = value.map(|number| child(number).to_string()).unwrap_or_default();
        let of = (method != "POST").then(|| made.clone());
        let Ok(answer) = wire.call(method, &path, &body) else {
            let _ = deeds.send(Deed::Tried(of, value));
            return;
        };
        made = of.unwrap_or_else(|| answer["id"].as_str().unwrap().to_owned());
        let _ = deeds.send(Deed::Done(made.clone(), value));
    }
}

/// All that may be in the store.
#[derive(Default)]
struct Known {
    /// By id, the number that was acknowledged; none of one that is deleted.
    sure: HashMap<String, Option<u64>>,
    /// What may have been written since.
    maybe: Vec<(Option<String>, Option<u64>)>,
}

impl Known {
    fn learn(&mut self, deeds: Receiver<Deed>) -> usize {
        let before = self.sure.len();
        for deed in deeds {
            match deed {
                Deed::Done(id, number) => drop(self.sure.insert(id, number)),
                Deed::Tried(id, number) => self.maybe.push((id, number)),
            }
        }
        self.sure.len() - before
    }

    /// Holds what is there against what may be, and takes it for certain.
    fn check(&mut self, wire: &mut Wire) {
        let mut found: HashMap<String, Option<u64>> = HashMap::new();
        for page in 1.. {
            let path = format!("object_2/records?format=raw&rows_per_page=1000&page={page}");
            let records = wire.call("GET", &path, "").unwrap()["records"].take();
            for record in records.as_array().unwrap() {
                let number = record["field_2"].as_u64().unwrap();
                assert_eq!(record["field_1"], text(number), "half a record");
                assert_eq!(
                    (&record["field_3"], &record["field_4"][0]["id"]),
                    (&json!(number * 2), &json!(PARENT))
                );
                found.insert(record["id"].as_str().unwrap().to_owned(), Some(number));
            }
            if records.as_array().unwrap().len() < 1_000 {
                break;
            }
        }
        let sum: u64 = found.values().flatten().sum();
        let parent = wire.call("GET", &format!("object_1/records/{PARENT}?format=raw"), "").unwrap();
        assert_eq!(
            (&parent["field_7"], &parent["field_8"]),
            (&json!(found.len()), &json!(sum)),
            "half a write"
        );
        for (id, number) in &self.sure {
            let now = found.get(id).copied().flatten();
            let tried = self.maybe.iter().any(|(of, to)| of.as_ref() == Some(id) && *to == now);
            assert!(now == *number || tried, "{id} was acknowledged as {number:?} and is {now:?}");
        }
        for (id, number) in &found {
            let tried = self.maybe.iter().any(|(of, to)| of.is_none() && to == number);
            assert!(self.sure.contains_key(id) || tried, "nobody wrote {id}");
        }
        self.sure = found;
        self.maybe.clear();
    }
}

#[test]
fn every_acknowledged_write_survives() {
    let package = Package::new("kill");
    package.write("app.json", &application().to_string());
    package.write("records/object_1.json", &json!([{ "id": PARENT }]).to_string());
    let start = || {
        let limits = ["--rate", "1000000", "--plan", "99999999"];
        let what = ["emulate", "--port", "0", "--app", "app.json", "--records", "records", "--data", "data"];
        Emulating::start(package.command(&[&what[..], &limits].concat()))
    };
    let mut known = Known::default();
    let mut written = 0;
    for round in 0..KILLS {
        let server = start();
        known.check(&mut Wire::to(&server));
        let (deeds, did) = channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (wire, deeds) = (Wire::to(&server), deeds.clone());
                let from = u64::try_from((round * WRITERS + writer) * 100_000).unwrap();
                thread::spawn(move || write(wire, from, &deeds))
            })
            .collect();
        drop(deeds);
        // Another moment each time, from within the first writes on.
        thread::sleep(Duration::from_millis(u64::try_from(3 + round * 37 % 200).unwrap()));
        server.kill();
        for writer in writers {
            writer.join().unwrap();
        }
        written += known.learn(did);
    }
    let server = start();
    known.check(&mut Wire::to(&server));
    server.stop();
    println!("{written} records survived {KILLS} kills");
    assert!(written > KILLS, "{written} records are too few to tell");
}
