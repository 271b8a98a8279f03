import Reports

/// Takes what a report writes.
final class Collected {
  private(set) var bytes: [UInt8] = []

  var text: String { String(decoding: bytes, as: UTF8.self) }

  var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }

  func buffer() -> ReportBuffer { ReportBuffer { self.bytes += $0 } }
}
