import FlowAudit

/// What says in a report that it does not hold everything, in forms that have no summary: a last line.
struct IncompleteMark {
  /// Why, one sentence each.
  var reasons: [String]
  var isInterrupted = false

  init(reasons: [String]) { self.reasons = reasons }

  /// - Returns: `nil` where all was read.
  init?(_ run: CaptureAccount) {
    if run.isComplete { return nil }
    isInterrupted = run.isInterrupted
    reasons = run.isInterrupted ? ["interrupted before the end of the captures"] : []
    for capture in run.captures {
      reasons += capture.problems.map { "\(capture.file): \($0)" }
    }
    for item in run.packetsWithoutFlow where item.mayHideFlows && item.count > 0 {
      reasons.append(
        "\(Count(item.count, "packet")) without a flow: \(CaptureText.words(for: item.reason))"
          + (item.firstPlace.map { ", first \($0)" } ?? ""))
    }
  }

  /// `{"incomplete":{"interrupted":true,"problems":["..."]}}`.
  var jsonLine: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("incomplete")
    json.beginObject()
    json.member("interrupted", isInterrupted)
    json.member("problems", reasons)
    json.endObject()
    json.endObject()
    json.endLine()
    return json.bytes
  }

  /// As many fields as all lines; the first one says why, the others are empty.
  func csvLine(columnCount: Int) -> [UInt8] {
    CSVLine.bytes(
      ["# incomplete: " + reasons.joined(separator: "; ")]
        + Array(repeating: "", count: max(0, columnCount - 1)))
  }

  /// Ends the list of records of a document, and the document.
  var endOfDocument: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("complete", false)
    json.member("interrupted", isInterrupted)
    json.member("problems", reasons)
    json.endObject()
    json.endLine()
    return Array("\n],\n".utf8) + json.bytes.dropFirst()
  }
}
