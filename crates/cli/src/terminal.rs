//! The terminal: data to standard output, everything else to standard error.

use crate::args::ColorChoice;
use firma_model::{diagnostic::Diagnostics, span::Source};
use firma_review::progress::Size;
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Lines of the live view that stand below everything else on standard error. Whatever is printed there takes them away
/// first; the next picture brings them back.
static PICTURE: Mutex<usize> = Mutex::new(0);

/// The code of data that could not be printed.
const NOT_WRITTEN: &str = "E0903";

/// The size of a terminal that does not tell its own.
const USUAL_SIZE: Size = Size { width: 80, height: 24 };

/// Set when standard output was closed by whoever read it: printing stops, work goes on.
static STDOUT_CLOSED: AtomicBool = AtomicBool::new(false);

/// Set when standard output could not be written for any other reason: the data was wanted and is not there.
static STDOUT_FAILED: AtomicBool = AtomicBool::new(false);

/// What we know of the terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Standard output takes colours.
    pub color_out: bool,
    /// Standard error takes colours.
    pub color_err: bool,
    /// Standard error is a terminal: a live view makes sense.
    pub live: bool,
    /// Standard input and error are terminals: questions make sense.
    pub interactive: bool,
}

impl Terminal {
    /// Looks.
    pub(crate) fn new(choice: ColorChoice, env: &BTreeMap<String, String>) -> Terminal {
        let plain = env.get("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env.get("TERM").is_some_and(|term| term == "dumb");
        let color = |tty: bool| match choice {
            ColorChoice::Auto => tty && !plain,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let ci = env.get("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Terminal {
            color_out: color(out),
            color_err: color(err),
            live: err && !ci && env.get("TERM").is_none_or(|term| term != "dumb"),
            interactive: err && io::stdin().is_terminal(),
        }
    }

    /// Prints data. When the reader has gone, says so once on standard error and prints no more.
    pub(crate) fn data(&self, text: &str) {
        if STDOUT_CLOSED.load(Ordering::Relaxed) {
            return;
        }
        if self.live {
            self.draw(&[]);
        }
        let mut out = io::stdout().lock();
        let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        if let Err(error) =
            out.write_all(text.as_bytes()).and_then(|()| out.write_all(end.as_bytes())).and_then(|()| out.flush())
        {
            STDOUT_CLOSED.store(true, Ordering::Relaxed);
            if error.kind() == io::ErrorKind::BrokenPipe {
                self.note("standard output was closed; the rest is not printed, the work goes on");
            } else {
                STDOUT_FAILED.store(true, Ordering::Relaxed);
                self.note(&format!("error[{NOT_WRITTEN}]: cannot write to standard output: {error}"));
            }
        }
    }

    /// Whether data that was to be printed is lost.
    pub(crate) fn lost_data(&self) -> bool {
        STDOUT_FAILED.load(Ordering::Relaxed)
    }

    /// Prints JSON data, indented.
    pub(crate) fn json(&self, value: &serde_json::Value) {
        self.data(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// Says something to the person; nothing to do if nobody listens.
    pub(crate) fn note(&self, text: &str) {
        let mut picture = picture();
        let away = away(&mut picture);
        let mut err = io::stderr().lock();
        let _ = err.write_all(format!("{away}{text}\n").as_bytes());
    }

    /// Says something long: on a terminal it is broken between words, further lines as far in as the first.
    pub(crate) fn prose(&self, text: &str) {
        match io::stderr().is_terminal() {
            true => self.note(&wrapped(text, self.size().width.max(40))),
            false => self.note(text),
        }
    }

    /// Draws lines below everything else, in place of those drawn before; none of them takes the view away.
    pub(crate) fn draw(&self, lines: &[String]) {
        let mut picture = picture();
        if lines.is_empty() && *picture == 0 {
            return;
        }
        let width = self.size().width;
        let mut text = away(&mut picture);
        for line in lines {
            text.push_str(&console::truncate_str(line, width, ""));
            text.push('\n');
        }
        *picture = lines.len();
        // At once, or it flickers.
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// The size of the terminal, or a usual one.
    pub(crate) fn size(&self) -> Size {
        match console::Term::stderr().size_checked() {
            Some((height, width)) if width > 0 => Size { width: width.into(), height: height.into() },
            _ => USUAL_SIZE,
        }
    }

    /// Renders findings to standard error.
    pub(crate) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &[Source]) {
        if !diagnostics.is_empty() {
            let text = firma_review::diagnostic::render(diagnostics, sources, style(self.color_err));
            self.note(text.trim_end_matches('\n'));
        }
    }

    /// Asks for `yes`.
    pub(crate) fn confirm(&self, question: &str) -> bool {
        self.draw(&[]);
        let mut err = io::stderr().lock();
        let _ = write!(err, "{question} ");
        let _ = err.flush();
        drop(err);
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
    }
}

/// Lines no wider than this, where their words allow it.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let mut current = String::new();
        for word in line[indent..].split(' ') {
            let taken = console::measure_text_width(&current);
            if taken > 0 && indent + taken + 1 + console::measure_text_width(word) > width {
                out.push(format!("{}{current}", " ".repeat(indent)));
                current.clear();
            } else if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        out.push(format!("{}{current}", " ".repeat(indent)).trim_end().to_owned());
    }
    out.join("\n")
}

fn picture() -> MutexGuard<'static, usize> {
    PICTURE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What takes the live view away: up to its first line, and everything from there on cleared.
fn away(picture: &mut usize) -> String {
    match std::mem::take(picture) {
        0 => String::new(),
        lines => format!("\x1b[{lines}A\r\x1b[0J"),
    }
}

/// The style for colours or none.
pub(crate) fn style(color: bool) -> firma_review::Style {
    if color { firma_review::Style::Coloured } else { firma_review::Style::Plain }
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn long_lines_are_broken_between_words() {
        let text = "head\n  a bcd efgh ijklmnopqrstuvwxyz\n\n    xx yy";
        let expected = "head\n  a bcd\n  efgh\n  ijklmnopqrstuvwxyz\n\n    xx yy";
        assert_eq!(wrapped(text, 10), expected);
        assert_eq!(wrapped("\u{1b}[1mab\u{1b}[0m cd ef", 5), "\u{1b}[1mab\u{1b}[0m cd\nef");
    }
}
