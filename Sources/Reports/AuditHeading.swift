import FlowAudit
import NetworkTypes

/// The first lines of a report for people: the inputs, and the counts.
struct AuditHeading {
  let overview: AuditOverview
  let style: TextStyle

  func write(to buffer: inout ReportBuffer) {
    CaptureText.write(overview.run, to: &buffer)
    let cluster = overview.cluster
    buffer.writeLine(
      "cluster: \(Count(cluster.pods, "pod")), \(Count(cluster.namespaces, "namespace")),"
        + " \(Count(cluster.nodes, "node")), \(Count(cluster.services, "Service"))"
        + " (digest \(overview.digest.cluster.prefix(12)))")
    let policies = cluster.policies.map { Count($0.count, $0.kind.rawValue).description }
    buffer.writeLine(
      "policies: \(policies.isEmpty ? "none" : policies.joined(separator: ", "))"
        + " (digest \(overview.digest.policies.prefix(12)))")
    writeProfiles(to: &buffer)
    if let verification = overview.verification {
      let result =
        verification.different == 0
        ? "verdicts are the same rule by rule"
        : style.apply(.boldRed, to: "\(verification.different) verdicts differ rule by rule")
      buffer.writeLine("verified: \(Count(verification.flows, "flow")), \(result)")
    }
    if overview.summary.linkControl > 0 {
      buffer.writeLine(
        "not judged: \(Count(overview.summary.linkControl, "flow")) of neighbour discovery and multicast"
          + " membership")
    }
    for note in overview.notes { buffer.writeLine("note: \(TerminalText.escaped(note))") }
    for part in overview.leftOut {
      buffer.writeLine(style.apply(.yellow, to: "left out: \(TerminalText.escaped(part))"))
    }
    CaptureText.writeProblems(overview.run, style: style, to: &buffer)
    buffer.writeLine()
    writeCounts(to: &buffer)
  }

  /// Which profile verdicts follow, where that is not upstream's or two are compared.
  private func writeProfiles(to buffer: inout ReportBuffer) {
    guard let pair = overview.profiles else {
      if overview.profile.profile != .upstream {
        buffer.writeLine("profile: \(overview.profile.name)")
      }
      return
    }
    let flags = pair.differingFlags.map { flag in
      "\(flag.optionName) \(pair.first.profile[keyPath: flag.keyPath] ? "yes" : "no")"
        + "/\(pair.second.profile[keyPath: flag.keyPath] ? "yes" : "no")"
    }
    buffer.writeLine(
      "profiles: verdicts are those of \(pair.first.name), compared with \(pair.second.name)"
        + (flags.isEmpty
          ? "; they make the same choices" : "; they differ in \(flags.joined(separator: ", "))"))
  }

  private func writeCounts(to buffer: inout ReportBuffer) {
    let summary = overview.summary
    var lines: [(String, Int, TextStyle.Look)] = [
      ("flows", summary.flows, .plain),
      ("  allowed", summary.allowed, .green),
      ("  denied", summary.denied, .red),
      ("  undecided", summary.undecided, .yellow),
      ("  outside the cluster", summary.outsideCluster, .faint),
      ("denied but established", summary.unenforced, .boldRed),
      ("allowed but unanswered", summary.unanswered, .yellow),
    ]
    if overview.comparedProfile != nil {
      lines.append(("depends on the profile", summary.profileDependent, .yellow))
    }
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
