//! The trivial answer: hyper as the emulator uses it, and a body that is there already.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::Failure;

/// Serves `body` to whatever is asked, as long as the runtime lives.
pub(super) fn serve(runtime: &Runtime, body: Vec<u8>) -> Result<SocketAddr, Failure> {
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    let body = Bytes::from(body);
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let service = service_fn(move |request| answer(request, body.clone()));
            let mut connection = http1::Builder::new();
            tokio::spawn(connection.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(address)
}

async fn answer(request: Request<Incoming>, body: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    // What was sent is read, as by any server.
    let _ = request.into_body().collect().await;
    Ok(Response::new(Full::new(body)))
}
