import BenchmarkRuns
import Foundation
import Testing

@Suite struct BenchmarkRunTests {
  /// A run with a figure of each kind; the least is always one below the median.
  static func run() throws -> BenchmarkRun {
    func part(_ rows: [String]) -> String { #"{"figures": [\#(rows.joined(separator: ","))]}"# }
    func row(_ subject: String, _ task: String, _ figures: String) -> String {
      #"{"cluster": "\#(subject)", "task": "\#(task)", \#(figures)}"#
    }
    func lookup(_ subject: String, _ task: String, _ median: Double) -> String {
      row(subject, task, #""min ns": \#(median - 1), "median ns": \#(median)"#)
    }
    let single = "10k/1k standard single-stack"
    return try BenchmarkRun(parts: [
      "lookup-ipv4": part([
        lookup(single, "IPv4 warm loop", 10), lookup(single, "IPv4 warm dependent", 31),
        lookup(single, "IPv4 cold batch", 16), lookup(single, "IPv4 cold dependent", 123.4),
        lookup(single, "IPv4 cold ruleBatch", 24), lookup(single, "IPv4 warm ruleLoop", 15.1),
      ]),
      "lookup-dual-stack": part([
        lookup("10k/1k standard", "IPv4 cold batch", 20),
        lookup("10k/1k standard", "IPv6 cold batch", 25),
      ]),
      "compile-ipv4": part([
        row(single, "compile", #""min ms": 23, "median ms": 24, "hot MiB": 1.95, "checksum": "f0""#)
      ]),
      "lookup-peers": part([
        lookup(single, "FlowVerdict IPv4 cold batch", 16),
        lookup(single, "FlowVerdict IPv4 warm dependent", 20),
        row(
          single, "linear scan", #""min ns": 900, "median ns": 1000, "ratio med": 50, "differ": 0"#),
        row(
          single, "rte_acl cold single, both",
          #""min ns": 200, "median ns": 210, "ratio min": 4, "ratio med": 4.5, "entries": 9085, "differ": 0"#
        ),
        row(
          single, "eBPF cold LPM policy maps, both (net)",
          #""min ns": 280, "median ns": 300, "ratio med": 9.5, "build ms": 70, "MiB": 0.94, "differ": 0"#
        ),
        row(
          single, "rte_acl cold avx2 batch 32, both",
          #""min ns": 90, "median ns": 95, "ratio min": 5, "ratio med": 6, "entries": 9085, "differ": 0"#
        ),
        row(
          single, "rte_acl cold avx512x32 batch 32, both",
          #""min ns": 30, "median ns": 31, "ratio min": 1.8, "ratio med": 1.9, "entries": 9085, "differ": 0"#
        ),
      ]),
      "capture-small": part([
        row(
          "small.pcap", "verdicts",
          #""min ns": 30, "median ns": 32, "Mpps": 31.2, "peak MiB": 16, "flows": 99999"#),
        row("small.pcapng", "verdicts", #""min ns": 40, "median ns": 44, "Mpps": 22.7"#),
      ]),
      "programs-small": part([
        lookup("small.pcap", "FlowVerdict, flows", 38),
        lookup("small.pcap", "FlowVerdict, verdicts", 40),
        row(
          "small.pcap", "softflowd: flows",
          #""min ns": 900, "median ns": 960, "ratio min": 23, "ratio med": 24, "flows": 99999"#),
      ]),
      "programs-mixed": part([
        row("mixed.pcap", "softflowd: flows", #""ratio min": 9, "ratio med": 8.5"#)
      ]),
      "jobs-small": part([
        row("small.pcap", "verdicts", #""wall min": 30, "wall median": 34"#),
        row("small.pcap", "verdicts, 2 jobs", #""wall min": 15, "wall median": 20"#),
      ]),
      "load": part([
        row(
          "10k-pods.json", "load",
          #""min ms": 200, "median ms": 210, "file MB": 162, "MB/s": 771, "peak MiB": 15"#)
      ]),
    ])
  }

  @Test func `the tables show medians, and the least in parentheses`() throws {
    #expect(
      try RunSummary(Self.run()).text == """
        Both directions of a flow, nanoseconds, one thread:

        | pods/policies | warm, loop | warm, one by one | cold, batch | cold, one by one | cold, batch, with rules | IPv6, cold, batch | compile, ms | hot MiB |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | 10k/1k | 10.0 (9.00) | 31.0 (30.0) | 16.0 (15.0) | 123 (122) | 24.0 (23.0) | 25.0 (24.0) | 24.0 (23.0) | 1.95 |

        Beside other classifiers: the same policies and flows, both directions:

        | cold unless it says warm: ns, and times ours | 10k/1k | build, ms | MiB | differ |
        | --- | --- | --- | --- | --- |
        | FlowVerdict, batch | 16.0 (15.0) |  |  |  |
        | rte_acl single | 210 (200), 4.50 x |  |  | 0 |
        | eBPF LPM policy maps | 300 (280), 9.50 x | 70.0 | 0.94 | 0 |
        | rte_acl, best batch | 31.0 (30.0), 1.90 x |  |  | 0 |
        | FlowVerdict, one by one (warm) | 20.0 (19.0) |  |  |  |
        | linear scan (warm) | 1000 (900), 50.0 x |  |  | 0 |

        *x* is the quotient with our row of the same kind: a batch with our batch, one by one with ours, warm with warm.

        From capture file to verdicts, a packet, one thread:

        | what is done | small, ns | times ours | peak MiB | flows | mixed, ns | times ours | peak MiB | flows |
        | --- | --- | --- | --- | --- | --- | --- | --- | --- |
        | FlowVerdict, verdicts | 32.0 (30.0) |  | 16.0 | 99,999 |  |  |  |  |
        | FlowVerdict, verdicts, pcapng | 44.0 (40.0) |  |  |  |  |  |  |  |
        | FlowVerdict, verdicts, in turns | 40.0 (39.0) |  |  |  |  |  |  |  |
        | softflowd: flows | 960 (900) | 24.0 |  | 99,999 |  | 8.50 |  |  |

        *Times ours* is the quotient with the row `FlowVerdict, verdicts, in turns`, which ran in turns with the rows below it.

        Reading a dump, one thread:

        | dump | MB | ms | MB/s | peak MiB |
        | --- | --- | --- | --- | --- |
        | 10k-pods.json | 162 | 210 (200) | 771 | 15.0 |
        """)
  }

  @Test(arguments: [
    ("10k/1k, warm loop", 10, true), ("10k/1k, warm dependent", 31, false),
    ("10k/1k, warm loop: with the deciding rules", 1.51, false),
    ("10k/1k, cold batch: with the deciding rules", 1.5, true),
    ("10k/1k, cold batch: IPv6 beside IPv4", 1.25, true),
    ("10k/1k, IPv4: table build", 24, true), ("10k/1k, IPv4: hot bytes", 2.0447232, false),
    ("10k-pods.json: time", 210, true), ("10k-pods.json: peak memory", 15, true),
    ("10k/1k standard single-stack: rte_acl, 9,085 rules, cold batch", 1.9, false),
    ("10k/1k standard single-stack: rte_acl, 9,085 rules, cold single", 4.5, true),
    ("small.pcap: verdicts, a packet", 32, true),
    ("small.pcapng beside small.pcap", 1.375, false),
    ("small.pcap: speed-up by two jobs", 1.7, true),
    ("small.pcap: softflowd: flows", 24, false), ("mixed.pcap: softflowd: flows", 8.5, true),
  ])
  func `a goal is judged by the median`(_ name: String, _ figure: Double, _ isMet: Bool) throws {
    let goals = try RunGoals(Self.run()).goals
    let goal = try #require(goals.first { $0.name == name })
    #expect(abs((goal.figure ?? 0) - figure) < 1e-9)
    #expect(goal.isMet == isMet)
  }

  @Test func `every ratio of the tables is the quotient of two medians that they show`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Benchmarks/runs")
    // The run that README shows.
    let readme = try String(
      contentsOf: folder.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "README.md"), encoding: .utf8)
    let published = try #require(readme.firstMatch(of: /figures of Benchmarks\/runs\/([^ ]+)/)).1
    let text = RunSummary(
      try BenchmarkRun(folder: folder.appending(path: String(published)).path)
    ).text
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    func first(_ cell: String) -> Double? { Double(cell.prefix { !" (".contains($0) }) }
    func shown(_ name: String, _ column: Int) throws -> Double {
      let row = try #require(rows.last { $0[0] == name }, "no row \(name)")
      return try #require(first(row[column]))
    }
    var count = 0
    for row in rows {
      // Classifiers: the ratio stands in the figure's cell.
      for (column, cell) in row.enumerated() where cell.hasSuffix(" x") {
        let ratio = try #require(Double(cell.dropLast(2).split(separator: " ").last ?? ""))
        let ours =
          row[0].hasSuffix("batch")
          ? "FlowVerdict, batch"
          : "FlowVerdict, one by one" + (row[0].hasSuffix("(warm)") ? " (warm)" : "")
        let quotient = try #require(first(cell)) / shown(ours, column)
        #expect(abs(quotient / ratio - 1) < 0.01, "\(row[0]): \(cell)")
        count += 1
      }
      // Programs: the ratio stands beside the figure, of each capture.
      for column in [1, 5] where row.count == 9 {
        guard let ratio = Double(row[column + 1]), let figure = first(row[column]) else { continue }
        let quotient = try figure / shown("FlowVerdict, verdicts, in turns", column)
        #expect(abs(quotient / ratio - 1) < 0.01, "\(row[0])")
        count += 1
      }
    }
    #expect(count > 10)
  }

  @Test func `what a run has not measured is neither met nor missed`() throws {
    let goals = try RunGoals(Self.run()).goals
    let goal = try #require(goals.first { $0.name == "1M/100k, cold batch" })
    #expect(goal.figure == nil)
    #expect(goal.isMet == nil)
    #expect(Set(goals.map(\.name)).count == goals.count, "names repeat")
    #expect(try RunGoals(Self.run()).text.contains("not measured |"))
  }

  @Test(arguments: ["", "[]", #"{"figures": [{"cluster": "a"}]}"#])
  func `what no benchmark writes is refused`(_ text: String) {
    #expect(throws: BenchmarkRunError.self) { try BenchmarkRun(parts: ["lookup": text]) }
  }

  @Test func `a folder without figures is no run`() {
    #expect(throws: BenchmarkRunError.self) { try BenchmarkRun(folder: "/nowhere") }
  }
}
