//! Downloads from a local Knack.

use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::Bytes;
use knack_emulator::{Effect, Fault};
use knack_runtime::{Client, Error, Progress};

use super::{Folder, Told, content, names_in, on, shelf, stored};

const LONG: usize = 700_000;

/// A fault that cuts the first so many downloads after `at` bytes.
fn cuts(at: usize, first: u64) -> Fault {
    Fault::cut_download(at).first(first)
}

#[tokio::test(start_paused = true)]
async fn a_file_comes_down_in_every_way() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    let (folder, told) = (Folder::new(), Told::default());
    let mut written = Vec::new();
    let path = folder.file("here.pdf");
    std::fs::write(&path, "old").unwrap();

    assert_eq!(knack.download(&file).bytes().await.unwrap(), content(LONG));
    let length = knack.download(&file).on_progress(told.teller()).write_to(&mut written).await.unwrap();
    assert_eq!((length, written), (LONG as u64, content(LONG).to_vec()));
    assert_eq!(told.done().last(), Some(&(LONG as u64)));
    assert_eq!(knack.download(&file.url).to_file(&path).await.unwrap(), LONG as u64);
    assert_eq!(std::fs::read(&path).unwrap(), content(LONG));
    let saved = knack.download(&file).save_in(&folder.0).await.unwrap();
    assert_eq!(saved, folder.file("sheet.pdf"));
    assert_eq!(std::fs::read(&saved).unwrap(), content(LONG));
    assert_eq!(folder.names().len(), 2, "nothing else is left");
    assert_eq!(local.plan_left(), 999, "downloads cost nothing");
}

#[tokio::test(start_paused = true)]
async fn an_empty_file_is_one() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, Bytes::new()).await;
    let folder = Folder::new();
    assert_eq!(knack.download(&file).bytes().await.unwrap(), "");
    assert_eq!(knack.download(&file).to_file(folder.file("a")).await.unwrap(), 0);
    assert_eq!(std::fs::read(folder.file("a")).unwrap(), b"");
}

#[tokio::test(start_paused = true)]
async fn a_download_that_is_cut_goes_on() {
    for ranges in [true, false] {
        let (local, knack) = on(shelf().download_ranges(ranges));
        let file = stored(&local, &knack, content(LONG)).await;
        local.inject(cuts(300_000, 2));
        let (told, mut written) = (Told::default(), Vec::new());
        knack.download(&file).on_progress(told.teller()).write_to(&mut written).await.unwrap();
        assert_eq!(written, content(LONG), "ranges: {ranges}");
        assert!(told.done().is_sorted(), "{:?}", told.done());

        let asked: Vec<_> =
            local.requests().into_iter().filter(|seen| seen.path.starts_with("/assets")).collect();
        let part = |n: usize| asked[n].headers.get("range").map(|range| range.to_str().unwrap().to_owned());
        assert_eq!((asked.len(), part(0)), (3, None));
        assert_eq!(part(1).as_deref(), Some("bytes=300000-"));
        assert_eq!(part(2).as_deref(), Some(if ranges { "bytes=600000-" } else { "bytes=300000-" }));
        assert!(asked[1].headers["if-range"].to_str().unwrap().starts_with('"'));
        assert!(asked.iter().all(|seen| seen.headers["accept-encoding"] == "identity"));
    }
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_as_long_as_it_comes_further() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(1_500)).await;
    local.inject(cuts(100, 99));
    let folder = Folder::new();
    assert_eq!(knack.download(&file).to_file(folder.file("a")).await.unwrap(), 1_500, "15 pieces");

    // It comes no further.
    local.clear_faults();
    local.inject(cuts(0, 99));
    local.forget_requests();
    let error = knack.download(&file).to_file(folder.file("b")).await.unwrap_err();
    assert!(error.to_string().contains("the answer's body was cut off"), "{error}");
    assert_eq!(local.requests().len(), 2 * 4, "four times, with where it leads");
    assert_eq!(folder.names(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_tag_it_begins_anew() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    for tag in ["", "W/\"weak\"", "\"an-older-one\""] {
        local.clear_faults();
        local.inject(cuts(300_000, 1));
        local.inject(cuts(200_000, 1).nth(2));
        let header = Effect::Header { name: "etag".to_owned(), value: tag.to_owned() };
        local.inject(Fault::new(header).path("/assets/").nth(1));
        let (told, folder) = (Told::default(), Folder::new());
        let path = folder.file("a");
        knack.download(&file).on_progress(told.teller()).to_file(&path).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), content(LONG), "{tag}");
        assert_eq!(told.done(), [300_000, 200_000, 700_000], "the count begins anew");
    }
    local.clear_faults();
    local.inject(cuts(300_000, 1));
    local.inject(
        Fault::new(Effect::Header { name: "etag".to_owned(), value: String::new() }).path("/assets/"),
    );
    let error = knack.download(&file).write_to(&mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("what is written cannot be taken back"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn trouble_is_tried_again_and_errors_are_told() {
    let (local, knack) = on(shelf().fault(Fault::status(503, "busy").path("/download/").nth(1)));
    let file = stored(&local, &knack, content(10)).await;
    assert_eq!(knack.download(&file).bytes().await.unwrap(), content(10));
    local.inject(Fault::throttle().path("/assets/"));
    assert_eq!(knack.download(&file).bytes().await.unwrap(), content(10), "no limit is asked for files");

    let gone = file.url.replace("download/asset/", "download/asset/0");
    let error = knack.download(&gone).bytes().await.unwrap_err();
    assert_eq!(error.to_string(), "download failed (404 Not Found): Not Found");
    let mut other = file.clone();
    other.size = Some(11);
    let error = knack.download(&other).bytes().await.unwrap_err();
    let wanted =
        "download was answered (200 OK), but not as asked: the file has 10 bytes, not the 11 that its record";
    assert!(error.to_string().starts_with(wanted), "{error}");
    assert_eq!(knack.download(&other.url).bytes().await.unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_too_long_is_not_kept() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    let folder = Folder::new();
    let error = knack.download(&file).at_most(1_000).save_in(&folder.0).await.unwrap_err();
    assert!(matches!(&error, Error::Invalid { .. }), "{error}");
    assert!(
        error.to_string().starts_with("download was not done: the file has more than the 1000 bytes"),
        "{error}"
    );
    assert_eq!(folder.names(), [""; 0]);
    assert_eq!(knack.download(&file).at_most(LONG as u64).bytes().await.unwrap().len(), LONG);
}

/// A disk that is full after so many bytes.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn kind(error: &Error) -> ErrorKind {
    let Error::Local { trouble, .. } = error else { panic!("{error}") };
    trouble.kind()
}

#[tokio::test(start_paused = true)]
async fn trouble_here_is_told_as_such() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    let error = knack.download(&file).write_to(&mut Full(1_000)).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::StorageFull);
    let shown = error.to_string();
    assert!(shown.starts_with("download failed here: writing what it was given: "), "{shown}");
    assert!(shown.ends_with("; make room and try again"), "{shown}");
    assert_eq!(local.requests().len(), 2, "nobody is asked again");

    local.forget_requests();
    let folder = Folder::new();
    let nowhere = folder.file("none").join("a.pdf");
    let error = knack.download(&file).to_file(&nowhere).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::NotFound);
    assert!(error.to_string().contains(&format!("writing `{}`", nowhere.display())), "{error}");
    assert!(local.requests().is_empty(), "known before it is asked for");

    // A folder that vanishes in the middle, and one in whose place something else is.
    let inner = folder.file("inner");
    std::fs::create_dir(&inner).unwrap();
    let vanish = {
        let inner = inner.clone();
        move |_: Progress| drop(std::fs::remove_dir_all(&inner))
    };
    let error = knack.download(&file).on_progress(vanish).to_file(inner.join("a.pdf")).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::NotFound);
    local.forget_requests();
    let error = knack.download(&file).to_file(&folder.0).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::IsADirectory);
    let mut named = file.clone();
    named.filename = "ü".repeat(200);
    let error = knack.download(&named).save_in(&folder.0).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::InvalidFilename);
    assert!(local.requests().is_empty(), "known before it is asked for");
    assert_eq!(folder.names(), [""; 0]);
    let beside = names_in(folder.0.parent().unwrap());
    assert!(
        !beside
            .iter()
            .any(|name| name.starts_with(".knack-") && name.contains(&std::process::id().to_string()))
    );
}

#[tokio::test(start_paused = true)]
async fn names_do_not_lead_out_of_the_folder() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(10)).await;
    let outer = Folder::new();
    let inner = outer.file("inner");
    std::fs::create_dir(&inner).unwrap();
    for (name, saved) in [
        ("../../etc/passwd", "passwd"),
        ("/etc/shadow", "shadow"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\"b\0.png", "a\"b.png"),
        (".profile", ".profile"),
    ] {
        let mut named = file.clone();
        named.filename = name.to_owned();
        assert_eq!(knack.download(&named).save_in(&inner).await.unwrap(), inner.join(saved), "{name}");
    }
    assert_eq!(names_in(&inner).len(), 5);
    for name in [".", "..", "a/..", " ", "\r\n"] {
        let mut named = file.clone();
        named.filename = name.to_owned();
        let error = knack.download(&named).save_in(&inner).await.unwrap_err();
        assert!(error.to_string().contains("no name that is safe"), "{name:?}: {error}");
    }
    let by_url = file.url.replace("sheet.pdf", "..%2F..%2Fevil.pdf?name=x");
    assert!(matches!(knack.download(&by_url).save_in(&inner).await, Err(Error::Api { .. })));
    assert_eq!(outer.names(), ["inner"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_there_is_not_overwritten_unasked() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(10)).await;
    let folder = Folder::new();
    std::fs::write(folder.file("sheet.pdf"), "mine").unwrap();
    let error = knack.download(&file).save_in(&folder.0).await.unwrap_err();
    assert_eq!((kind(&error), local.calls()), (ErrorKind::AlreadyExists, 1));

    // One that comes while it is downloaded stays as well.
    std::fs::remove_file(folder.file("sheet.pdf")).unwrap();
    let path = folder.file("sheet.pdf");
    let meanwhile = move |_: Progress| std::fs::write(&path, "mine").unwrap();
    let error = knack.download(&file).on_progress(meanwhile).save_in(&folder.0).await.unwrap_err();
    assert_eq!(kind(&error), ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(folder.file("sheet.pdf")).unwrap(), b"mine");

    knack.download(&file).overwrite(true).save_in(&folder.0).await.unwrap();
    assert_eq!(std::fs::read(folder.file("sheet.pdf")).unwrap(), content(10));
    assert_eq!(folder.names(), ["sheet.pdf"]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_leaves_nothing() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    local.inject(cuts(300_000, 1));
    local.inject(Fault::new(Effect::Hang).path("/assets/").nth(2));
    let folder = Folder::new();
    let path = folder.file("a.pdf");
    let task = {
        let (knack, path): (Client, _) = (knack.clone(), path.clone());
        tokio::spawn(async move { knack.download(&file).to_file(path).await })
    };
    while local.requests().len() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(folder.names().len(), 1);
    assert!(folder.names()[0].starts_with('.'), "hidden, and not under its name");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(folder.names(), [""; 0]);
}

#[tokio::test]
async fn one_that_is_dropped_at_any_time_leaves_nothing() {
    let (local, knack) = on(shelf());
    let file = stored(&local, &knack, content(LONG)).await;
    let folder = Folder::new();
    for micros in (0..1_000).step_by(5) {
        let download = knack.download(&file).to_file(folder.file("a.pdf"));
        let _ = tokio::time::timeout(Duration::from_micros(micros), download).await;
    }
    // What other threads had begun ends in its own time.
    for _ in 0..100 {
        if !folder.names().iter().any(|name| name.starts_with('.')) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{:?}", folder.names());
}
