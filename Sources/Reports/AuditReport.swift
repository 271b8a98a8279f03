import FlowAudit

/// Turns verdict records into one form of output.
///
/// Call ``begin(digest:)`` once, ``add(_:)`` for every record to be shown, and ``finish(_:)`` once; forms that can are
/// written while records come in.
public protocol AuditReport {
  mutating func begin(digest: InputDigest)
  mutating func add(_ record: VerdictRecord)
  /// - Throws: what stopped the output at any time.
  mutating func finish(_ overview: AuditOverview) throws
}

/// How a report of an audit is laid out.
public struct AuditLayout: Sendable {
  public var style: TextStyle
  /// How flows are put together in forms for people; machine forms hold every flow.
  public var aggregation: Aggregation
  /// `nil`: by verdict for people, by time of the first packet for machines.
  public var sort: SortKey?
  /// At most so many lines or records.
  public var limit: Int?
  /// For the places of policies in manifests.
  public var policies: PolicyLocations
  /// The captures, as the user named them, by ``Flow/captureIndex``.
  public var captures: [String]

  public init(
    style: TextStyle = TextStyle(), aggregation: Aggregation = .pod, sort: SortKey? = nil,
    limit: Int? = nil, policies: PolicyLocations = PolicyLocations(), captures: [String] = []
  ) {
    self.style = style
    self.aggregation = aggregation
    self.sort = sort
    self.limit = limit
    self.policies = policies
    self.captures = captures
  }
}

extension OutputFormat {
  /// An audit's report of this form, written to `buffer`.
  public func auditReport(_ layout: AuditLayout, to buffer: ReportBuffer) -> any AuditReport {
    switch self {
    case .text, .wide: TextAuditReport(layout, isWide: self == .wide, to: buffer)
    case .json: JSONAuditReport(layout, to: buffer)
    case .ndjson: NDJSONAuditReport(layout, to: buffer)
    case .csv: CSVAuditReport(layout, to: buffer)
    }
  }
}
