//! A server in a process of its own, so that its CPU time is its own.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::SocketAddr,
    process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{Result, TestIssuer, server::Subject};

/// A running server; it ends when this value does.
pub(crate) struct Child {
    process: Process,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Child {
    /// Starts `subject`, which trusts `issuer`; `counts` its allocations or not.
    pub(crate) fn start(subject: Subject, issuer: &TestIssuer, counts: bool) -> Result<Self> {
        Self::start_under(&mut Command::new(std::env::current_exe()?), subject, issuer, counts)
    }

    /// Starts `subject` by a command that runs this program.
    pub(crate) fn start_under(
        command: &mut Command,
        subject: Subject,
        issuer: &TestIssuer,
        counts: bool,
    ) -> Result<Self> {
        command.arg("serve").args(subject.arguments());
        if counts {
            command.arg("--count");
        }
        Self::launch(command, issuer.key_set())
    }

    /// Runs a command that reads one line, writes the address at which it listens, and ends with its input.
    pub(crate) fn launch(command: &mut Command, line: &str) -> Result<Self> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = process.stdin.take().ok_or("the child has no input")?;
        let output = process.stdout.take().ok_or("the child has no output")?;
        let mut output = BufReader::new(output).lines();
        writeln!(input, "{line}")?;
        let address = output.next().ok_or("the server ended at start")??.parse()?;
        Ok(Self { process, input: Some(input), output, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Allocations so far, and their bytes.
    pub(crate) fn allocations(&mut self) -> Result<(u64, u64)> {
        writeln!(self.input.as_mut().ok_or("the child has no input")?, "allocations")?;
        let line = self.output.next().ok_or("the server has ended")??;
        let (count, bytes) = line.split_once(' ').ok_or("not two numbers")?;
        Ok((count.parse()?, bytes.parse()?))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It ends at the end of its input.
        self.input.take();
        let _ = self.process.wait();
    }
}
