import FlowAudit

/// One record a line; the first line's digest carries the version of the form.
struct NDJSONAuditReport: AuditReport {
  private var buffer: ReportBuffer
  private var queue: RecordQueue
  private let form: VerdictRecordJSON
  private let captures: [String]
  private var digest: InputDigest?
  private var json = JSONWriter()
  private var isFirst = true

  init(_ layout: AuditLayout, to buffer: ReportBuffer) {
    self.buffer = buffer
    queue = RecordQueue(sort: layout.sort, limit: layout.limit)
    form = VerdictRecordJSON(policies: layout.policies)
    captures = layout.captures
  }

  mutating func begin(digest: InputDigest) { self.digest = digest }

  mutating func add(_ record: VerdictRecord) {
    if let record = queue.add(record) { write(record) }
  }

  mutating func finish(_ overview: AuditOverview) throws {
    for record in queue.finish() { write(record) }
    if let mark = IncompleteMark(overview.run) { buffer.write(bytes: mark.jsonLine) }
    try buffer.finish()
  }

  private mutating func write(_ record: VerdictRecord) {
    json.removeAll()
    let (digest, isFirst) = (digest, isFirst)
    form.write(
      record, captures: captures,
      digest: { json in
        guard let digest else { return }
        digest.write(to: &json, hasSchema: isFirst)
      }, to: &json)
    self.isFirst = false
    json.endLine()
    buffer.write(bytes: json.bytes)
  }
}

extension InputDigest {
  /// The member `digest`.
  func write(to json: inout JSONWriter, hasSchema: Bool) {
    json.key("digest")
    json.beginObject()
    if hasSchema { json.member("schema", VerdictRecordJSON.schema) }
    json.member("policies", policies)
    json.member("cluster", cluster)
    json.endObject()
  }
}
