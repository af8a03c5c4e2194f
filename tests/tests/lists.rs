//! Lists of servers that count wrong, repeat themselves, or send a bad record among good ones.

// A panic is how a test fails, in its helpers as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;

use knack_runtime::error::Error;
use knack_runtime::list::Records;
use knack_runtime::record::RecordError;
use knack_runtime::transport::Response;
use knack_runtime::{Client, KnackObject, RecordId};
use knack_tests::{Script, answer};

#[derive(Debug, PartialEq, KnackObject)]
#[knack(object = "object_3")]
struct Thing {
    #[knack(id)]
    id: RecordId,
    #[knack(key = "field_7", kind = "number")]
    size: i64,
}

fn id(number: u64) -> RecordId {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    RecordId::from_bytes(bytes)
}

/// A page of things with these numbers, and these totals.
fn page(numbers: impl IntoIterator<Item = u64>, total_pages: u64, total_records: u64) -> Response {
    let mut records = String::new();
    for number in numbers {
        let comma = if records.is_empty() { "" } else { "," };
        write!(records, r#"{comma}{{"id":"{}","field_7":{number}}}"#, id(number)).unwrap();
    }
    answer(
        200,
        format!(
            r#"{{"total_pages":{total_pages},"current_page":"1","total_records":{total_records},"records":[{records}]}}"#
        ),
    )
}

/// A server that answers the page asked for by `pages`.
fn server(pages: impl Fn(u64) -> Response + Send + Sync + 'static) -> Script {
    Script::new(move |_, request| {
        let query = request.uri().query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        let answer = pages(asked.map_or(1, |page| page.parse().unwrap()));
        async { Ok(answer) }
    })
}

async fn sizes(script: &Script, rows: u16) -> Vec<i64> {
    let all = Thing::list(&script.client()).rows_per_page(rows).all().await.unwrap();
    all.into_iter().map(|thing| thing.size).collect()
}

#[tokio::test(start_paused = true)]
async fn a_short_page_in_the_middle_does_not_end_the_list() {
    // As seen in a real application: page 1 of several had 954 of 1,000 rows, and the total was wrong.
    let script = server(|page_number| match page_number {
        1 => page(0..8, 3, 29),
        2 => page(10..20, 3, 29),
        3 => page(20..25, 3, 29),
        _ => page([], 3, 29),
    });
    assert_eq!(sizes(&script, 10).await, (0..8).chain(10..25).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn totals_that_are_too_low_do_not_end_the_list() {
    for (total_pages, total_records) in [(0, 0), (1, 1), (1, 10), (2, 13)] {
        let script = server(move |page_number| match page_number {
            1 => page(0..10, total_pages, total_records),
            2 => page(10..17, total_pages, total_records),
            3 => page(20..30, total_pages, total_records),
            _ => page([], total_pages, total_records),
        });
        let wanted: Vec<i64> = (0..17).chain(20..30).collect();
        assert_eq!(sizes(&script, 10).await, wanted, "{total_pages} {total_records}");
        assert_eq!(script.sent().len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn counts_that_agree_end_the_list_of_who_trusts_them() {
    let pages = |page_number| match page_number {
        1 => page(0..10, 2, 13),
        2 => page(10..13, 2, 13),
        // More than the counts say: they are wrong, as has been seen.
        3 => page(20..30, 2, 13),
        _ => page([], 2, 13),
    };
    let script = server(pages);
    assert_eq!(sizes(&script, 10).await.len(), 23);
    assert_eq!(script.sent().len(), 4);
    let script = server(pages);
    let trusting = Thing::list(&script.client()).rows_per_page(10).trust_counts().all().await.unwrap();
    assert_eq!((trusting.len(), script.sent().len()), (13, 2));
    let empty = server(|_| page([], 0, 0));
    assert!(sizes(&empty, 10).await.is_empty());
    assert_eq!(empty.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn pages_that_repeat_what_came_are_passed_over() {
    // As when a record is made in front of each page while a list is read in pages of one.
    let script = server(|page_number| match page_number {
        1..=9 => page(0..1, 0, 0),
        10 => page(1..2, 0, 0),
        _ => page([], 0, 0),
    });
    assert_eq!(sizes(&script, 1).await, [0, 1]);
}

#[tokio::test(start_paused = true)]
async fn records_without_ids_end_where_the_server_repeats_itself() {
    #[derive(Debug, KnackObject)]
    #[knack(object = "object_3")]
    struct Nameless {
        #[knack(key = "field_7", kind = "number")]
        size: i64,
    }

    let script = Script::always(200, r#"{"records":[{"field_7":1},{"field_7":2}]}"#);
    let all = Nameless::list(&script.client()).all().await.unwrap();
    assert_eq!(all.iter().map(|thing| thing.size).collect::<Vec<_>>(), [1, 2]);
    // Records without an id among others do not make a list endless.
    let mixed =
        Script::always(200, format!(r#"{{"records":[{{"field_7":1}},{{"id":"{}","field_7":2}}]}}"#, id(1)));
    let error = Nameless::list(&mixed.client()).all().await.unwrap_err();
    assert!(error.to_string().contains("would never end"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_ends_early_loses_no_record_unawares() {
    let whole = r#"{"records":[{"id":"000000000000000000000001","field_7":1},{"id":"000000000000000000000002","field_7":2}]}"#;
    for cut in (30..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
        let script = Script::one_page(&whole[..cut]);
        let page = Thing::list(&script.client()).pages().next().await.unwrap();
        let told =
            page.as_ref().map_or(true, |page| page.records.len() == 2 && page.records[1].error().is_some());
        assert!(told, "{}: {page:?}", &whole[..cut]);
    }
}

#[tokio::test(start_paused = true)]
async fn how_many_there_are_costs_one_call() {
    let script = server(|_| page(0..1, 6_693, 6_693));
    let knack = script.client();
    assert_eq!(Thing::list(&knack).filter(Thing::SIZE.higher_than(7)).count().await.unwrap(), 6_693);
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].uri().query().unwrap().starts_with("rows_per_page=1&"));
    let error = Thing::list(&Script::always(200, r#"{"records":[]}"#).client()).count().await.unwrap_err();
    assert!(error.to_string().contains("where `total_records` was expected"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn filters_that_cannot_be_meant_are_not_sent() {
    use knack_runtime::query::Any;

    let script = server(|_| page(0..1, 1, 1));
    let knack = script.client();
    let nothing: Any<_> = Vec::<i64>::new().into_iter().map(|size| Thing::SIZE.is(size)).collect();
    let error = Thing::list(&knack).filter(nothing).all().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "list of `Thing` (object_3) was not sent: its filter is \"any of\" no rules, which no record passes and Knack \
         cannot be asked"
    );
    let nan = Thing::list(&knack).filter(Thing::SIZE.higher_than(f64::NAN));
    assert!(nan.count().await.unwrap_err().to_string().contains("field_7 (`higher than`)"));
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn records_that_move_to_the_next_page_come_once() {
    let script = server(|page_number| match page_number {
        1 => page(0..10, 2, 18),
        2 => page(7..17, 2, 18),
        3 => page(17..18, 2, 18),
        _ => page([], 2, 18),
    });
    assert_eq!(sizes(&script, 10).await, (0..18).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_the_page_is_an_error_not_a_loop() {
    let script = server(|_| page(0..10, 5, 50));
    let mut stream = Thing::list(&script.client()).rows_per_page(10).stream();
    for size in 0..10 {
        assert_eq!(stream.next().await.unwrap().unwrap().size, size);
    }
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("10 pages in a row, up to page 11, brought only records"), "{error}");
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_bad_record_does_not_end_a_stream() {
    let body = r#"{"total_pages":1,"current_page":1,"total_records":3,"records":[
        {"id":"000000000000000000000001","field_7":1},
        {"id":"000000000000000000000002","field_7":"two"},
        {"id":"000000000000000000000003","field_7":3}]}"#;
    let script = Script::one_page(body);
    let knack = script.client();
    let text = "`Thing.size` (object_3, field_7, number) of record 000000000000000000000002 could not be read: the \
                value is no number; it is \"two\"";

    let mut stream = Thing::list(&knack).stream();
    assert_eq!(stream.next().await.unwrap().unwrap().size, 1);
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{text}; change the struct's field to fit, or mend the record in Knack")
    );
    assert_eq!(stream.next().await.unwrap().unwrap().size, 3);
    assert!(stream.next().await.is_none());

    let guarded = Thing::list(&knack).guarded().await.unwrap();
    assert_eq!(guarded.iter().map(|thing| thing.result.is_ok()).collect::<Vec<_>>(), [true, false, true]);
    let Some(RecordError::Field(error)) = guarded[1].error() else { panic!("{guarded:?}") };
    assert_eq!((error.to_string(), error.field(), guarded[1].id), (text.to_owned(), "size", Some(id(2))));
    assert!(matches!(Thing::list(&knack).all().await, Err(Error::Unreadable(_))));
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_middle_ends_the_stream_behind_what_came() {
    let script = server(|page_number| if page_number == 1 { page(0..10, 9, 90) } else { answer(403, "no") });
    let mut stream = Thing::list(&script.client()).rows_per_page(10).stream();
    let mut came = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(_) => came += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((came, error.status()), (10, Some(http::StatusCode::FORBIDDEN)));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_million_records_pass_through_bounded_memory() {
    // The buffer is one page; what is remembered of ids is bounded and tells neighbours apart.
    let pages = 300;
    let script = server(move |page_number| match page_number {
        n if n <= pages => page((n - 1) * 990..(n - 1) * 990 + 1_000, pages, 0),
        _ => page([], pages, 0),
    });
    let knack = script.client();
    let mut stream: Records<Thing, Client> = Thing::list(&knack).stream();
    let mut next = 0;
    while let Some(thing) = stream.next().await {
        assert_eq!(thing.unwrap().size, next);
        next += 1;
    }
    assert_eq!(next, 299 * 990 + 1_000);
}

#[tokio::test(start_paused = true)]
async fn streams_can_be_moved_to_tasks_and_nothing_is_sent_before_they_are_read() {
    fn is<T: Send + Unpin + 'static>(value: T) -> T {
        value
    }
    let script = server(|_| page([], 0, 0));
    let mut stream = is(Thing::list(&script.client()).stream());
    let _pages = is(Thing::list(&script.client()).pages());
    assert!(script.sent().is_empty());
    assert!(tokio::spawn(async move { stream.next().await }).await.unwrap().is_none());
}
