//! Uploads from streams, and over wires of every kind.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use knack_emulator::Fault;
use knack_runtime::transport::{Failure, TransportError, next, whole};
use knack_runtime::{Error, KnackObject, Upload};
use tokio::time::{Instant, sleep};

use super::{Product, Wire, answer, content, kept, on, pieces, product, shelf, silence_after};

fn of(parts: &[&'static str]) -> Vec<io::Result<Bytes>> {
    parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_up() {
    let (local, knack) = on(shelf());
    for length in [Some(6), None] {
        let upload = Upload::from_stream("a.txt", pieces(of(&["abc", "def"])), length);
        let file = knack.upload_file(upload).await.unwrap();
        assert_eq!(knack.download(&file).bytes().await.unwrap(), "abcdef");
    }
    let uploads = local.requests().into_iter().filter(|seen| seen.method == "POST");
    let told: Vec<bool> = uploads.map(|seen| seen.headers.contains_key("content-length")).collect();
    assert_eq!(told, [true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_not_as_it_should_be_is_not_stored() {
    let (local, knack) = on(shelf());
    let broken = vec![Ok(Bytes::from_static(b"abc")), Err(io::Error::other("the tape tore"))];
    for (upload, wanted) in [
        (Upload::from_stream("a", pieces(of(&["abc", "def"])), Some(7)), "it ended after 6 of 7 bytes"),
        (Upload::from_stream("a", pieces(of(&["abc", "def"])), Some(5)), "it goes on behind the 5 bytes"),
        (Upload::from_stream("a", pieces(of(&["abc", "def"])), None).at_most(5), "more than the 5 bytes"),
        (Upload::from_stream("a", pieces(broken), None), "failed here: reading the stream: the tape tore"),
    ] {
        let error = knack.upload_file(upload).await.unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
        assert!(!error.is_retryable());
    }
    let seen = local.requests();
    assert_eq!(seen.len(), 4, "each once");
    assert!(seen.iter().all(|seen| seen.status.is_none()), "{seen:?}");

    let long = Upload::from_stream("a", pieces(of(&["abc"])), Some(6)).at_most(5);
    assert!(matches!(knack.upload_file(long).await, Err(Error::Invalid { .. })));
    assert_eq!(local.calls(), 4, "told to be too long: not even begun");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_begun_is_not_sent_again() {
    let (local, knack) = on(shelf().fault(Fault::cut_upload(200)));
    let stream = || pieces(vec![Ok(content(500)), Ok(content(500))]);
    let upload = Upload::from_stream("a.bin", stream(), None);
    let copy = upload.clone();
    let error = knack.upload_file(upload).await.unwrap_err();
    assert!(
        matches!(&error, Error::Transport { source, .. } if source.failure() == Failure::Broken),
        "{error}"
    );
    let again = knack.upload_file(copy).await.unwrap_err();
    assert!(again.to_string().contains("the stream was begun before"), "{again}");
    assert_eq!(local.calls(), 1);

    local.inject(Fault::throttle());
    let error = knack.upload_file(Upload::from_stream("a.bin", stream(), None)).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { refusals: 1, .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_not_begun_is() {
    let wire = Wire::new(|n, request| async move {
        if n < 2 {
            return Err(TransportError::new(Failure::Connect, "refused"));
        }
        let mut body = request.into_body();
        while next(&mut body).await.is_some() {}
        Ok(answer(200, &[], whole(kept())))
    });
    let upload = Upload::from_stream("a.bin", pieces(of(&["abc"])), Some(3));
    wire.client().upload_file(upload).await.unwrap();
    assert_eq!(wire.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn as_long_as_it_moves_an_upload_has_time() {
    let slow = Wire::new(|_, request| async {
        let mut body = request.into_body();
        while next(&mut body).await.is_some() {
            sleep(Duration::from_secs(20)).await; // of 30
        }
        Ok(answer(200, &[], whole(kept())))
    });
    let many = || (0..20).map(|_| Ok(content(100))).collect();
    let began = Instant::now();
    slow.client().upload_file(Upload::from_stream("a.bin", pieces(many()), None)).await.unwrap();
    assert!(began.elapsed() > Duration::from_secs(400), "much longer than the deadline");

    // The reader stops, then the writer.
    let reading = |pieces| {
        Wire::new(move |_, request| async move {
            let mut body = request.into_body();
            for _ in 0..pieces {
                next(&mut body).await;
            }
            std::future::pending().await
        })
    };
    for (wire, body) in [(reading(2), pieces(many())), (reading(9), silence_after(content(5)))] {
        let began = Instant::now();
        let error = wire.client().upload_file(Upload::from_stream("a.bin", body, None)).await.unwrap_err();
        assert!(error.to_string().contains("no answer in time (waited 30.0 s)"), "{error}");
        assert_eq!((began.elapsed().as_secs(), wire.count()), (30, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_the_end_is_no_success() {
    let hasty = Wire::new(|_, request| async {
        let mut body = request.into_body();
        next(&mut body).await;
        Ok(answer(200, &[], whole(kept())))
    });
    let error = hasty.client().upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap_err();
    assert!(error.to_string().contains("it was answered before it was sent whole"), "{error}");
    assert_eq!(hasty.count(), 4);

    let odd = Wire::new(|_, request| async {
        let mut body = request.into_body();
        while next(&mut body).await.is_some() {}
        Ok(answer(200, &[], whole(r#"{"id":"t0ken"}"#)))
    });
    let error = odd.client().upload_file(Upload::from_bytes("a.bin", content(5))).await.unwrap_err();
    let wanted = "upload got an answer that could not be read: \
                  a stored file with its id was expected, and it holds none";
    assert_eq!(error.to_string(), wanted);
}

#[tokio::test(start_paused = true)]
async fn other_calls_go_on_beside_long_uploads() {
    let (local, knack) = on(shelf());
    for _ in 0..12 {
        let knack = knack.clone();
        let upload = Upload::from_stream("a.bin", silence_after(content(5)), None);
        tokio::spawn(async move { knack.upload_file(upload).await });
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(local.requests().len(), 0, "none is answered");
    let began = Instant::now();
    Product::get(&knack, product()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());

    // Who does not get a turn in time is told so, as by the limiter.
    let hasty = knack.with_deadline(Duration::from_secs(3));
    let error = hasty.upload_file(Upload::from_bytes("b.bin", content(5))).await.unwrap_err();
    assert!(matches!(error, Error::RateLimited { .. }), "{error}");
    // The silent ones end, and the next have their turns.
    sleep(Duration::from_secs(90)).await;
    knack.upload_file(Upload::from_bytes("b.bin", content(5))).await.unwrap();
}
