//! As much of HTTP/1.1 as the emulator and the command speak: a head, and a body whose length the head names.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

/// A request or an answer, as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The head, with the empty line that ends it.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one; none when the other side closed before it began.
    pub fn read(stream: &mut impl Read) -> io::Result<Option<Message>> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte)? {
                0 if head.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => head.push(byte[0]),
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body)?;
        Ok(Some(Message { head, body }))
    }

    /// Writes it.
    pub fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(self.head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }

    /// The method of a request.
    pub fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// The path of a request.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// An answer of the proxy's own.
    pub fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Message {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{lines}\r\n", body.len());
        Message { head, body: body.as_bytes().to_vec() }
    }
}

/// Sends a request on a connection of its own and reads the answer.
pub fn exchange(address: SocketAddr, request: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(address)?;
    request.write(&mut stream)?;
    Message::read(&mut stream)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Posts JSON and gives the answer's body.
pub fn post(address: SocketAddr, path: &str, body: &str) -> io::Result<Vec<u8>> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n", body.len());
    Ok(exchange(address, &Message { head, body: body.as_bytes().to_vec() })?.body)
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_message_is_read_to_the_end_of_its_body() {
        let mut wire: &[u8] = b"POST /a?b HTTP/1.1\r\nContent-Length: 3\r\n\r\nxyzGET / HTTP/1.1\r\n\r\n";
        let first = Message::read(&mut wire).expect("read").expect("a message");
        assert_eq!((first.method(), first.path(), &first.body[..]), ("POST", "/a?b", &b"xyz"[..]));
        let second = Message::read(&mut wire).expect("read").expect("a message");
        assert_eq!((second.method(), second.body.len()), ("GET", 0));
        assert_eq!(Message::read(&mut wire).expect("read"), None);
        assert!(Message::read(&mut &b"GET /"[..]).is_err());
    }
}
