/// The tables of a run for README, in Markdown. Medians of processor time, and the least in parentheses.
public struct RunSummary: Sendable {
  private let run: BenchmarkRun

  public init(_ run: BenchmarkRun) { self.run = run }

  /// All tables that the run has figures for.
  public var text: String {
    [
      section("Both directions of a flow, nanoseconds, one thread", lookups),
      section(
        "Beside other classifiers: the same policies and flows, both directions", peers,
        note: """
          *x* is the quotient with our row of the same kind: a batch with our batch, one by one with ours, warm with warm.
          """),
      section(
        "From capture file to verdicts, a packet, one thread", packets,
        note: """
          *Times ours* is the quotient with the row `\(Self.reference)`, which ran in turns with the rows below it.
          """),
      section("Reading a dump, one thread", loading),
    ].compactMap(\.self).joined(separator: "\n\n")
  }

  /// - Parameter note: what stands below the table.
  private func section(_ title: String, _ table: MarkdownTable, note: String? = nil) -> String? {
    table.isEmpty ? nil : "\(title):\n\n\(table.text)" + (note.map { "\n\n\($0)" } ?? "")
  }

  private func pair(_ part: RunPart?, _ subject: String?, _ task: String, _ unit: String) -> String
  {
    guard let part, let subject, let median = part.value(subject, task, "median \(unit)"),
      let least = part.value(subject, task, "min \(unit)")
    else { return "" }
    return "\(MarkdownTable.number(median)) (\(MarkdownTable.number(least)))"
  }

  // MARK: - Tables

  private var lookups: MarkdownTable {
    let (ipv4, dual) = (run.part("lookup-ipv4"), run.part("lookup-dual-stack"))
    let compile = run.part("compile-ipv4")
    var table = MarkdownTable([
      "pods/policies", "warm, loop", "warm, one by one", "cold, batch", "cold, one by one",
      "cold, batch, with rules", "IPv6, cold, batch", "compile, ms", "hot MiB",
    ])
    for subject in ipv4?.subjects ?? [] {
      let size = String(subject.prefix { $0 != " " })
      table.add(
        [
          size, pair(ipv4, subject, "IPv4 warm loop", "ns"),
          pair(ipv4, subject, "IPv4 warm dependent", "ns"),
          pair(ipv4, subject, "IPv4 cold batch", "ns"),
          pair(ipv4, subject, "IPv4 cold dependent", "ns"),
          pair(ipv4, subject, "IPv4 cold ruleBatch", "ns"),
          pair(dual, dual?.subject(ofSize: size), "IPv6 cold batch", "ns"),
          pair(compile, subject, "compile", "ms"),
          MarkdownTable.number(compile?.value(subject, "compile", "hot MiB")),
        ])
    }
    return table
  }

  /// A line for each way to decide, a column for each size; what it took to build is of the largest.
  private var peers: MarkdownTable {
    guard let part = run.part("lookup-peers") else { return MarkdownTable([]) }
    let subjects = part.subjects
    var table = MarkdownTable(
      ["cold unless it says warm: ns, and times ours"]
        + subjects.map { String($0.prefix { $0 != " " }) }
        + ["build, ms", "MiB", "differ"])
    var names: [String] = []
    for subject in subjects {
      for name in Self.peerTasks(part, subject).map(\.name) where !names.contains(name) {
        names.append(name)
      }
    }
    for name in names {
      let tasks = subjects.map { subject in
        Self.peerTasks(part, subject).first { $0.name == name }?.task
      }
      func figures(_ column: String) -> [Double] {
        zip(subjects, tasks).compactMap { subject, task in
          task.flatMap { part.value(subject, $0, column) }
        }
      }
      let differences = figures("differ")
      table.add(
        [name]
          + zip(subjects, tasks).map { subject, task in
            guard let task else { return "left out" }
            let ratio = part.value(subject, task, "ratio med")
            return pair(part, subject, task, "ns")
              + (ratio.map { ", \(MarkdownTable.number($0)) x" } ?? "")
          } + [
            MarkdownTable.number(figures("build ms").last),
            MarkdownTable.number(figures("MiB").last),
            differences.isEmpty ? "" : MarkdownTable.count(differences.reduce(0, +)),
          ])
    }
    return table
  }

  /// Our single lookups and batches, each peer's single lookups and the best of its batches, and what people write.
  private static func peerTasks(
    _ part: RunPart, _ subject: String
  ) -> [(name: String, task: String)] {
    let tasks = part.tasks(subject)
    let peers = tasks.filter { $0.contains(" cold ") && $0.contains(", both") }
    let isBatch = { (task: String) in task.contains(" batch ") }
    let batch = peers.filter(isBatch).min {
      part.value(subject, $0, "median ns") ?? .infinity
        < part.value(subject, $1, "median ns") ?? .infinity
    }
    var chosen = [
      (name: "FlowVerdict, one by one", task: "FlowVerdict IPv4 cold dependent"),
      (name: "FlowVerdict, batch", task: "FlowVerdict IPv4 cold batch"),
    ]
    for task in peers where !isBatch(task) {
      let name = task.replacing(" cold", with: "").replacing(", both (net)", with: "")
      chosen.append((name.replacing(", both", with: ""), task))
    }
    if let batch { chosen.append(("rte_acl, best batch", batch)) }
    chosen.append(("FlowVerdict, one by one (warm)", "FlowVerdict IPv4 warm dependent"))
    for task in ["linear scan", "reference evaluator"] { chosen.append(("\(task) (warm)", task)) }
    return chosen.filter { tasks.contains($0.task) }
  }

  /// What the ratios of the programs are of.
  private static let reference = "FlowVerdict, verdicts, in turns"

  /// A line for each stage and program, four columns for each capture.
  private var packets: MarkdownTable {
    let captures = ["small", "mixed"]
    var table = MarkdownTable(
      ["what is done"] + captures.flatMap { ["\($0), ns", "times ours", "peak MiB", "flows"] })
    var names: [String] = []
    let lines = captures.map { packetLines($0) }
    for line in lines.joined() where !names.contains(line.name) { names.append(line.name) }
    for name in names {
      table.add(
        [name]
          + lines.flatMap { lines in
            lines.first { $0.name == name }?.cells ?? ["", "", "", ""]
          })
    }
    return table
  }

  private func packetLines(_ recipe: String) -> [(name: String, cells: [String])] {
    func cells(_ part: RunPart, _ subject: String, _ task: String) -> [String] {
      let flows = part.value(subject, task, "flows")
      return [
        pair(part, subject, task, "ns"),
        MarkdownTable.number(part.value(subject, task, "ratio med")),
        MarkdownTable.number(part.value(subject, task, "peak MiB")),
        flows == 0 ? "" : MarkdownTable.count(flows),
      ]
    }
    var lines: [(name: String, cells: [String])] = []
    let (pcap, pcapng) = ("\(recipe).pcap", "\(recipe).pcapng")
    if let stages = run.part("capture-\(recipe)") {
      lines += stages.tasks(pcap).map { ("FlowVerdict, \($0)", cells(stages, pcap, $0)) }
      if stages.tasks(pcapng).contains("verdicts") {
        lines.append(
          ("FlowVerdict, verdicts, pcapng", cells(stages, pcapng, "verdicts")))
      }
    }
    if let programs = run.part("programs-\(recipe)") {
      let ours = "FlowVerdict, verdicts"
      let tasks = programs.tasks(pcap)
      if tasks.contains(ours) { lines.append((Self.reference, cells(programs, pcap, ours))) }
      lines += tasks.filter { !$0.hasPrefix("FlowVerdict, ") }
        .map { ($0, cells(programs, pcap, $0)) }
    }
    return lines
  }

  private var loading: MarkdownTable {
    var table = MarkdownTable(["dump", "MB", "ms", "MB/s", "peak MiB"])
    for part in ["load", "load-100k"].compactMap({ run.part($0) }) {
      for subject in part.subjects {
        func number(_ column: String) -> String {
          MarkdownTable.number(part.value(subject, "load", column))
        }
        table.add(
          [
            subject, number("file MB"), pair(part, subject, "load", "ms"), number("MB/s"),
            number("peak MiB"),
          ])
      }
    }
    return table
  }
}
