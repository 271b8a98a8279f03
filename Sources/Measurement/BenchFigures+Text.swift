extension BenchFigures {
  /// The figures for people.
  public var text: String {
    var lines = [
      "cluster    \(cluster.name): \(cluster.pods) pods, \(cluster.networkPolicies) NetworkPolicies, "
        + "\(cluster.clusterPolicies) cluster-wide policies",
      "table      \(table.rules) rules, \(table.addressClasses) address classes; "
        + "\(Self.mebibytes(table.hotBytes)) MiB for decisions, "
        + "\(Self.mebibytes(table.bytes)) MiB with the deciding rules",
    ]
    if let milliseconds = table.compileMilliseconds {
      lines.append("compiled   in \(Self.rounded(milliseconds)) ms")
    }
    lines.append("flows      \(flows)")
    if !lookups.isEmpty {
      lines += [""] + Self.aligned(lookupRows) + [""] + Self.aligned(latencyRows)
    }
    if !packets.isEmpty { lines += [""] + Self.aligned(packetRows) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var lookupRows: [[String]] {
    [["lookups, one thread", "ns least", "ns median", "million/s", "allowed"]]
      + lookups.map { line in
        [
          "  \(line.family) \(line.trace) \(line.form)", Self.rounded(line.minimumNanoseconds),
          Self.rounded(line.medianNanoseconds), Self.rounded(line.perSecond / 1e6),
          line.allowedShare.map { Self.rounded(100 * $0) + " %" } ?? "",
        ]
      }
  }

  private var latencyRows: [[String]] {
    [["single lookups, ns", "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "most"]]
      + latency.map { line in
        ["  \(line.family), each timed alone"] + line.percentiles.map { "\($0.nanoseconds)" }
      }
  }

  private var packetRows: [[String]] {
    [
      [
        "packets, from file to", "ns least", "ns median", "ns wall", "million/s", "GB/s", "packets",
        "flows", "peak MiB",
      ]
    ]
      + packets.map { line in
        [
          "  \(line.stage)" + (line.jobs > 1 ? ", \(line.jobs) jobs" : ""),
          Self.rounded(line.minimumNanoseconds),
          Self.rounded(line.medianNanoseconds), Self.rounded(line.wallNanoseconds),
          Self.rounded(line.packetsPerSecond / 1e6),
          line.bytesPerSecond.map { Self.rounded($0 / 1e9) } ?? "", "\(line.packets)",
          line.flows > 0 ? "\(line.flows)" : "", line.peakBytes.map(Self.mebibytes) ?? "",
        ]
      }
  }

  /// The first column to the left, the others to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ").trimmingTrailingSpaces()
    }
  }

  private static func mebibytes(_ bytes: Int) -> String { rounded(Double(bytes) / 1_048_576) }

  /// Three significant digits, more before the point.
  private static func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let digits = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
    let factor = [1, 10, 100][digits]
    let scaled = Int((abs(value) * Double(factor)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % factor)
    return "\(sign)\(scaled / factor)."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

extension String {
  fileprivate func trimmingTrailingSpaces() -> String {
    var text = self
    while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
    return text
  }
}
