import FlowAudit
import NetworkTypes

/// What was read from captures, for people.
enum CaptureText {
  /// `node.pcap: 212 packets`, then the time, and packets that became no flow.
  static func write(_ run: CaptureAccount, to buffer: inout ReportBuffer) {
    for capture in run.captures {
      buffer.writeLine(
        "\(TerminalText.escaped(capture.file)): \(Count(capture.packets, "packet"))")
    }
    if let first = run.firstTime, let last = run.lastTime {
      buffer.writeLine("captured: \(first) to \(last) (\(duration(first, last)))")
    }
    let without = run.packetsWithoutFlow.filter { $0.count > 0 }
    if !without.isEmpty {
      let total = without.reduce(0) { $0 + $1.count }
      let reasons = without.map { "\($0.count) \(words(for: $0.reason))" }
      buffer.writeLine(
        "without a flow: \(Count(total, "packet")) (\(reasons.joined(separator: ", ")))")
    }
    for note in run.notes { buffer.writeLine("note: \(TerminalText.escaped(note))") }
  }

  /// `not_ip` as `not IP`.
  static func words(for reason: String) -> String {
    reason.split(separator: "_").map { word in
      switch word {
      case "ip": "IP"
      case "icmp": "ICMP"
      default: String(word)
      }
    }.joined(separator: " ")
  }

  /// Why the result is not whole, one line each.
  static func writeProblems(
    _ run: CaptureAccount, style: TextStyle, to buffer: inout ReportBuffer
  ) {
    if run.isInterrupted {
      buffer.writeLine(
        style.apply(.boldRed, to: "PARTIAL: interrupted before the end of the captures"))
    }
    for capture in run.captures {
      for problem in capture.problems {
        let text = TerminalText.escaped("\(capture.file): \(problem)")
        buffer.writeLine(style.apply(.boldRed, to: "INCOMPLETE: \(text)"))
      }
    }
    for item in run.packetsWithoutFlow where item.mayHideFlows && item.count > 0 {
      buffer.writeLine(
        style.apply(
          .boldRed,
          to: "INCOMPLETE: \(Count(item.count, "packet")) without a flow:"
            + " \(words(for: item.reason))"
            + (item.firstPlace.map { ", first \(TerminalText.escaped($0))" } ?? "")))
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
