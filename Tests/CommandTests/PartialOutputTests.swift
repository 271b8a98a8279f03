import Foundation
import TestSupport
import Testing

/// Runs that end before their time leave what they have, readable and marked.
struct PartialOutputTests {
  /// More than a pipe holds, and with 1,024 flows at most more than a piece of output.
  private static let capture: [UInt8] = {
    var capture = TinyCapture()
    for number in 0..<6_000 {
      capture.addConnection("10.1.\(number / 250).\(number % 250):40001", "10.0.0.2:80")
    }
    return capture.bytes
  }()

  private static let audit = ["audit", "-", "--cluster", "cluster.yaml"]

  // MARK: Signals

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP], ["1", "2"])
  func `a run that a signal ends prints what it has, marked partial, and exits with 130`(
    _ signal: Int32, _ jobs: String
  ) throws {
    for command in [["flows", "-"], Self.audit] {
      let run = try Flowverdict.runInterrupted(
        command + ["--jobs", jobs], input: Self.capture, signal: signal)
      #expect(run.status == 130)
      #expect(run.errors == "")
      #expect(run.output.contains("PARTIAL: interrupted before the end of the captures\n"))
      #expect(run.output.contains("(incomplete)\n"))
      // What stopped is the run: nothing is wrong with the capture.
      #expect(!run.output.contains("INCOMPLETE:"), "\(run.output.prefix(600))")
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `a run that a signal ends while it reads the dump says so, and exits with 130`(
    _ signal: Int32
  ) throws {
    // More than a pipe holds.
    let dump = Array(String(repeating: "# a comment\n", count: 20_000).utf8)
    for command in ["audit none.pcap", "explain --from a/b --to c/d --port 80", "compile"] {
      let run = try Flowverdict.runInterrupted(
        command.split(separator: " ").map(String.init) + ["--cluster", "-"], input: dump,
        signal: signal)
      #expect(run.status == 130)
      #expect(run.output == "")
      #expect(run.errors == "flowverdict: interrupted\n")
    }
  }

  @Test func `a run that ignores the end of its terminal goes on`() throws {
    let run = try Flowverdict.bash(
      """
      trap '' HUP
      (sleep 1; cat cluster.yaml) | $flowverdict compile --cluster - & child=$!
      sleep 0.5; kill -HUP $child; wait $child
      """)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("\ncompiled in "))
  }

  private struct Incomplete: Decodable, Equatable {
    struct Mark: Decodable, Equatable {
      var interrupted: Bool
      var problems: [String]
    }
    var incomplete: Mark
  }

  private struct Document: Decodable {
    struct Flow: Decodable {}
    var flows: [Flow]
    var complete: Bool
    var interrupted: Bool
    var problems: [String]?
  }

  @Test func `machine forms of an interrupted run are readable and marked`() throws {
    for command in [["flows", "-"], Self.audit] {
      let json = try Flowverdict.runInterrupted(command + ["-o", "json"], input: Self.capture)
      #expect(json.status == 130)
      let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
      #expect(!document.complete)
      #expect(document.interrupted)
      #expect(document.flows.count > 1_000)
      let ndjson = try Flowverdict.runInterrupted(command + ["-o", "ndjson"], input: Self.capture)
      #expect(ndjson.status == 130)
      let mark = try #require(ndjson.output.split(separator: "\n").last)
      #expect(
        mark == """
          {"incomplete":{"interrupted":true,\
          "problems":["interrupted before the end of the captures"]}}
          """)
      let csv = try Flowverdict.runInterrupted(command + ["-o", "csv"], input: Self.capture)
      #expect(csv.status == 130)
      let lines = csv.output.split(separator: "\n")
      #expect(
        lines.last?.hasPrefix("# incomplete: interrupted before the end of the captures,") == true)
      #expect(Set(lines.map { $0.count { $0 == "," } }).count == 1)
    }
  }

  @Test func `machine forms of a damaged capture say that it was not read in full`() throws {
    let cut = Array(Self.capture.dropLast(20))
    let ndjson = try Flowverdict.run(["flows", "-", "-o", "ndjson"], input: cut)
    #expect(ndjson.status == 2)
    let mark = try JSONDecoder().decode(
      Incomplete.self, from: Data(try #require(ndjson.output.split(separator: "\n").last).utf8))
    #expect(mark.incomplete.problems.count == 1)
    #expect(mark.incomplete.problems[0].hasPrefix("-: packet 18000 (byte "))
    #expect(!mark.incomplete.interrupted)
    let csv = try Flowverdict.run(Self.audit + ["-o", "csv"], input: cut)
    #expect(csv.status == 2)
    #expect(csv.output.contains("\n\"# incomplete: -: packet 18000 (byte "))
    let whole = try Flowverdict.run(["flows", "-", "-o", "ndjson"], input: Self.capture)
    #expect(!whole.output.contains("incomplete"))
  }

  @Test func `a signal ends the wait for a named pipe that nobody writes to`() throws {
    let run = try Flowverdict.bash(
      """
      folder=$(mktemp -d) && mkfifo "$folder/pipe" && trap 'rm -r "$folder"' EXIT
      "$flowverdict" flows "$folder/pipe" & child=$!
      for try in {1..100}; do
        grep -q 'SigCgt:.*[4-7c-f]...$' /proc/$child/status && break
        sleep 0.05
      done
      sleep 0.1
      kill -TERM $child
      wait $child
      """)
    #expect(run.status == 130, "\(run)")
  }

  // MARK: Full disks

  /// Runs a command whose output files can hold `kibibytes`.
  private func runBounded(
    _ arguments: String, kibibytes: Int, capture: [UInt8] = Self.capture
  ) throws -> (run: Flowverdict.Run, file: String) {
    try Scratch.with { folder in
      let input = folder.appending(path: "in.pcap")
      try Data(capture).write(to: input)
      let output = folder.appending(path: "out")
      let run = try Flowverdict.bash(
        """
        ulimit -f \(kibibytes)
        "$flowverdict" \(arguments.replacing("IN", with: input.path)
          .replacing("OUT", with: output.path))
        """)
      return (run, try String(contentsOf: output, encoding: .utf8))
    }
  }

  @Test(
    .boundsFiles,
    arguments: [
      "flows IN -o csv=OUT", "flows IN -o csv >OUT", "flows IN -o csv >>OUT",
      "audit IN --cluster cluster.yaml -o csv=OUT --max-flows 1024",
    ])
  func `csv on a full disk ends with a whole line and a mark`(_ command: String) throws {
    let (run, file) = try runBounded(command, kibibytes: 200)
    #expect(run.status == 2)
    #expect(run.errors.contains(": File too large"), "\(run.errors)")
    #expect(file.utf8.count <= 200 << 10)
    #expect(file.utf8.count > 199 << 10)
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.last == "")
    #expect(
      lines.dropLast().last?.hasPrefix("# incomplete: the output ends here: File too large,")
        == true)
    #expect(Set(lines.dropLast().map { $0.count { $0 == "," } }).count == 1)
  }

  @Test(
    .boundsFiles,
    arguments: [
      "flows IN -o ndjson=OUT", "audit IN --cluster cluster.yaml -o ndjson >OUT",
    ])
  func `ndjson on a full disk ends with a whole line and a mark`(_ command: String) throws {
    let (run, file) = try runBounded(command, kibibytes: 300)
    #expect(run.status == 2)
    let lines = file.split(separator: "\n")
    #expect(lines.count > 100)
    for line in lines.dropLast() {
      _ = try JSONDecoder().decode(Document.Flow.self, from: Data(line.utf8))
    }
    let mark = try JSONDecoder().decode(Incomplete.self, from: Data(lines.last!.utf8))
    #expect(mark.incomplete.problems == ["the output ends here: File too large"])
  }

  @Test(
    .boundsFiles,
    arguments: [
      ("flows IN -o json=OUT", [1, 64, 65, 128, 300]),
      ("audit IN --cluster cluster.yaml -o json >OUT", [3, 64, 200, 1_000]),
      ("check connections.tsv --cluster cluster.yaml -o json=OUT", [1, 2]),
    ])
  func `json on a full disk is a document that says it is not complete`(
    _ command: String, _ sizes: [Int]
  ) throws {
    for size in sizes {
      let (run, file) = try runBounded(command, kibibytes: size)
      #expect(run.status == 2)
      struct Mark: Decodable {
        var complete: Bool
        var problems: [String]
      }
      let document = try JSONDecoder().decode(Mark.self, from: Data(file.utf8))
      #expect(!document.complete)
      #expect(document.problems == ["the output ends here: File too large"])
      #expect(file.utf8.count <= size << 10)
    }
  }

  @Test(.boundsFiles) func `json on a disk that fills up behind the flows keeps them all`() throws {
    let whole = try Flowverdict.run(["flows", "-", "-o", "json"], input: Self.capture).output
    // The last kibibyte does not fit.
    let (run, file) = try runBounded(
      "flows - -o json=OUT <IN", kibibytes: (whole.utf8.count - 1) >> 10)
    #expect(run.status == 2)
    let document = try JSONDecoder().decode(Document.self, from: Data(file.utf8))
    #expect(!document.complete)
    #expect((5_990...6_000).contains(document.flows.count))
  }

  @Test(.boundsFiles) func `text on a full disk ends with a whole line and a mark`() throws {
    let (run, file) = try runBounded("flows IN -o text=OUT", kibibytes: 100)
    #expect(run.status == 2)
    #expect(file.hasSuffix("\nPARTIAL: the output ends here: File too large\n"))
  }

  @Test func `a full device ends the run at once, though the input goes on`() throws {
    try Scratch.with { folder in
      try Data(Self.capture.prefix(24)).write(to: folder.appending(path: "header"))
      try Data(Self.capture.dropFirst(24)).write(to: folder.appending(path: "packets"))
      let run = try Flowverdict.bash(
        """
        (cat header; while cat packets 2>/dev/null; do :; done) |
          "$flowverdict" flows - -o ndjson --max-flows 1024 >/dev/full
        exit ${PIPESTATUS[1]}
        """, folder: folder)
      #expect(run.status == 2)
      #expect(run.errors == "flowverdict: standard output: No space left on device\n")
    }
  }

  // MARK: Readers that go

  @Test func `a reader that has seen enough ends the run, quietly and with success`() throws {
    try Scratch.with { folder in
      try Data(Self.capture.prefix(24)).write(to: folder.appending(path: "header"))
      try Data(Self.capture.dropFirst(24)).write(to: folder.appending(path: "packets"))
      let run = try Flowverdict.bash(
        """
        (cat header; while cat packets 2>/dev/null; do :; done) |
          "$flowverdict" flows - -o csv --max-flows 1024 | head -n 2
        exit ${PIPESTATUS[1]}
        """, folder: folder)
      #expect(run.status == 0)
      #expect(run.errors == "")
      #expect(run.output.split(separator: "\n").count == 2)
    }
  }

  @Test func `a report to a file is finished when the reader of another has gone`() throws {
    try Scratch.with { folder in
      let input = folder.appending(path: "in.pcap")
      try Data(Self.capture).write(to: input)
      let file = folder.appending(path: "out.csv")
      let run = try Flowverdict.bash(
        """
        "$flowverdict" flows \(input.path) -o ndjson -o csv=\(file.path) --max-flows 1024 | head -n 1
        exit ${PIPESTATUS[0]}
        """)
      #expect(run.status == 0)
      #expect(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count == 6_001)
    }
  }

  @Test func `--fail-on is answered when the reader of the output has gone`() throws {
    try Scratch.with { folder in
      var capture = TinyCapture()
      for number in 0..<6_000 {
        capture.addConnection("8.1.\(number / 250).\(number % 250):40001", "9.0.0.2:80")
      }
      capture.addConnection("10.0.0.1:40002", "10.0.0.3:3306")
      let input = folder.appending(path: "in.pcap")
      try Data(capture.bytes).write(to: input)
      let run = try Flowverdict.bash(
        """
        "$flowverdict" audit \(input.path) --cluster cluster.yaml --policies policies.yaml \
          -o csv --max-flows 1024 --fail-on unenforced | head -n 1
        exit ${PIPESTATUS[0]}
        """)
      #expect(run.status == 1)
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// A test that bounds how large files can become.
  fileprivate static var boundsFiles: Self {
    .disabled(
      if: Flowverdict.sanitizer == "thread",
      "the thread sanitizer keeps what it knows in files, and ends where they cannot grow")
  }
}
