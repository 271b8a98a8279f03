import FlowAudit

/// Hands records on in the order that was asked for: at once in the order in which they come, or sorted at the end.
struct RecordQueue {
  private let sort: SortKey?
  private let limit: Int?
  private var waiting: [VerdictRecord] = []
  private var count = 0

  init(sort: SortKey?, limit: Int?) {
    self.sort = sort
    self.limit = limit
  }

  /// Takes `record`, and returns what is to be written now.
  mutating func add(_ record: VerdictRecord) -> VerdictRecord? {
    if sort != nil {
      waiting.append(record)
      return nil
    }
    if let limit, count >= limit { return nil }
    count += 1
    return record
  }

  /// What is still to be written after the last record.
  mutating func finish() -> ArraySlice<VerdictRecord> {
    sort?.sort(&waiting)
    defer { waiting = [] }
    return waiting.prefix(limit ?? .max)
  }
}
