import FlowAudit
import NetworkTypes

/// The first lines of a report for people: the inputs, and the counts.
struct AuditHeading {
  let overview: AuditOverview
  let style: TextStyle

  func write(to buffer: inout ReportBuffer) {
    for capture in overview.captures {
      buffer.writeLine(CaptureText.line(capture))
    }
    if let first = overview.firstTime, let last = overview.lastTime {
      buffer.writeLine("captured: \(first) to \(last) (\(CaptureText.duration(first, last)))")
    }
    let cluster = overview.cluster
    buffer.writeLine(
      "cluster: \(Count(cluster.pods, "pod")), \(Count(cluster.namespaces, "namespace")),"
        + " \(Count(cluster.nodes, "node")), \(Count(cluster.services, "Service"))"
        + " (digest \(overview.digest.cluster.prefix(12)))")
    let policies = cluster.policies.map { Count($0.count, $0.kind.rawValue).description }
    buffer.writeLine(
      "policies: \(policies.isEmpty ? "none" : policies.joined(separator: ", "))"
        + " (digest \(overview.digest.policies.prefix(12)))")
    for note in overview.notes { buffer.writeLine("note: \(TerminalText.escaped(note))") }
    for part in overview.leftOut {
      buffer.writeLine(style.apply(.yellow, to: "left out: \(TerminalText.escaped(part))"))
    }
    CaptureText.writeProblems(
      overview.captures, isInterrupted: overview.isInterrupted, style: style, to: &buffer)
    buffer.writeLine()
    writeCounts(to: &buffer)
  }

  private func writeCounts(to buffer: inout ReportBuffer) {
    let summary = overview.summary
    let lines: [(String, Int, TextStyle.Look)] = [
      ("flows", summary.flows, .plain),
      ("  allowed", summary.allowed, .green),
      ("  denied", summary.denied, .red),
      ("  undecided", summary.undecided, .yellow),
      ("  outside the cluster", summary.outsideCluster, .faint),
      ("denied but established", summary.unenforced, .boldRed),
      ("allowed but unanswered", summary.unanswered, .yellow),
    ]
    let titleWidth = 24
    let numberWidth = max(6, "\(summary.flows)".count)
    for (title, count, look) in lines {
      let number = "\(count)"
      buffer.writeLine(
        title + String(repeating: " ", count: titleWidth - title.count)
          + String(repeating: " ", count: numberWidth - number.count)
          + style.apply(count > 0 ? look : .plain, to: number))
    }
  }
}

/// What was read from captures, for people.
enum CaptureText {
  /// `node.pcap: 212 packets, 3 without a flow (2 not IP, 1 cut off)`.
  static func line(_ capture: CaptureSummary) -> String {
    let without = capture.packetsWithoutFlow.filter { $0.count > 0 }
    var line = "\(TerminalText.escaped(capture.file)): \(Count(capture.packets, "packet"))"
    if !without.isEmpty {
      let total = without.reduce(0) { $0 + $1.count }
      let reasons = without.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
      line += ", \(total) without a flow (\(TerminalText.escaped(reasons)))"
    }
    return line
  }

  static func writeProblems(
    _ captures: [CaptureSummary], isInterrupted: Bool, style: TextStyle,
    to buffer: inout ReportBuffer
  ) {
    if isInterrupted {
      buffer.writeLine(
        style.apply(.boldRed, to: "PARTIAL: interrupted before the end of the captures"))
    }
    for capture in captures {
      for problem in capture.problems {
        let text = "\(capture.file): \(problem)"
        buffer.writeLine(
          capture.isComplete
            ? "note: \(TerminalText.escaped(text))"
            : style.apply(.boldRed, to: "INCOMPLETE: \(TerminalText.escaped(text))"))
      }
    }
  }

  /// `0.123 s`, `12.3 s`, `4 min 2 s`, `3 h 5 min`.
  static func duration(_ first: Timestamp, _ last: Timestamp) -> String {
    let nanoseconds = last.nanoseconds.subtractingReportingOverflow(first.nanoseconds)
    guard !nanoseconds.overflow, nanoseconds.partialValue >= 0 else { return "unknown" }
    let milliseconds = nanoseconds.partialValue / 1_000_000
    let seconds = milliseconds / 1_000
    switch seconds {
    case 0..<60:
      let fraction = String(milliseconds % 1_000)
      return "\(seconds).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) s"
    case 60..<3_600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\(seconds / 3_600) h \(seconds / 60 % 60) min"
    }
  }
}
