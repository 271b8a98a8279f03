import ClusterModel
import FlowAudit
import NetworkTypes

/// One record a line, flat.
struct CSVAuditReport: AuditReport {
  private static let columns = [
    "flow_id", "community_id", "start_time", "end_time", "protocol", "source_ip", "source_port",
    "source_kind", "source_namespace", "source_name", "source_workload", "destination_ip",
    "destination_port", "destination_kind", "destination_namespace", "destination_name",
    "destination_workload", "service_namespace", "service_name", "service_port", "verdict",
    "observed", "mismatch", "initiator", "packets", "bytes", "reply_packets", "reply_bytes",
    "egress_verdict", "egress_reason", "egress_policies", "egress_rule", "ingress_verdict",
    "ingress_reason", "ingress_policies", "ingress_rule", "undecided", "notes", "capture_file",
    "egress_remarks", "ingress_remarks", "compared_profile", "compared_verdict",
    "compared_egress_verdict",
    "compared_egress_reason", "compared_egress_policies", "compared_egress_rule",
    "compared_ingress_verdict", "compared_ingress_reason", "compared_ingress_policies",
    "compared_ingress_rule", "decisive_flags",
    "destination_names", "capture_interface", "capture_node",
  ]

  /// Columns that stay empty where no other profile gives another answer.
  private static let comparedColumnCount = 11

  private var buffer: ReportBuffer
  private var queue: RecordQueue
  private let captures: [String]

  init(_ layout: AuditLayout, to buffer: ReportBuffer) {
    self.buffer = buffer
    queue = RecordQueue(sort: layout.sort, limit: layout.limit)
    captures = layout.captures
  }

  mutating func begin(digest: InputDigest) { CSVLine.write(Self.columns, to: &buffer) }

  mutating func add(_ record: VerdictRecord) {
    if let record = queue.add(record) { CSVLine.write(fields(of: record), to: &buffer) }
  }

  mutating func finish(_ overview: AuditOverview) throws {
    for record in queue.finish() { CSVLine.write(fields(of: record), to: &buffer) }
    if let mark = IncompleteMark(overview.run) {
      buffer.write(bytes: mark.csvLine(columnCount: Self.columns.count))
    }
    try buffer.finish()
  }

  private func fields(of record: VerdictRecord) -> [String] {
    let flow = record.flow
    let hasPorts = flow.tuple.ipProtocol.hasPorts
    var fields = [
      FlowIdentity.text(of: flow), CommunityID.text(for: flow.tuple) ?? "",
      flow.startTime?.description ?? "", flow.endTime?.description ?? "",
      flow.tuple.ipProtocol.description,
    ]
    fields += self.fields(of: record.source, hasPorts: hasPorts)
    fields += self.fields(of: record.destination, hasPorts: hasPorts)
    fields += [
      record.service?.namespace ?? "", record.service?.name ?? "",
      record.service.map { "\($0.port)" } ?? "", record.verdict.rawValue, flow.outcome.rawValue,
      record.mismatch?.rawValue ?? "", flow.initiator.rawValue, "\(flow.forward.packets)",
      "\(flow.forward.bytes)", "\(flow.reverse.packets)", "\(flow.reverse.bytes)",
    ]
    fields += self.fields(of: record.egress) + self.fields(of: record.ingress)
    fields += [
      record.undecided.map { "\($0.fact.rawValue): \($0.detail)" }.joined(separator: "; "),
      record.notes.sorted().map(\.rawValue).joined(separator: " "),
      captures.indices.contains(flow.captureIndex) ? captures[flow.captureIndex] : "",
      CSVLine.field(of: record.citations.egress), CSVLine.field(of: record.citations.ingress),
    ]
    if let comparison = record.comparison {
      fields += [comparison.profile, comparison.verdict.rawValue]
      fields += self.fields(of: comparison.egress) + self.fields(of: comparison.ingress)
      fields.append(
        comparison.decisiveFlags.map { $0.joined(separator: " ") }.joined(separator: "; "))
    } else {
      fields += Array(repeating: "", count: Self.comparedColumnCount)
    }
    fields += [
      record.destinationNames.joined(separator: " "), record.place.interface ?? "",
      record.place.node ?? "",
    ]
    return fields
  }

  private func fields(of endpoint: Endpoint, hasPorts: Bool) -> [String] {
    let (kind, namespace, name, workload): (String, String, String, String) =
      switch endpoint.owner {
      case .external: ("external", "", "", "")
      case .conflict, .startedLater, .replaced: ("unknown", "", "", "")
      case .known(let identity), .contradicted(let identity, _):
        (
          identity.kind.rawValue, identity.namespace ?? "", identity.name,
          identity.workload.map { "\($0.kind)/\($0.name)" } ?? ""
        )
      }
    return [
      endpoint.address.description, hasPorts ? "\(endpoint.port)" : "", kind, namespace, name,
      workload,
    ]
  }

  private func fields(of side: SideDecision) -> [String] {
    let policies = side.rule.map { [$0.policy] } ?? side.isolatedBy
    return [
      side.verdict.rawValue, side.reason.rawValue,
      policies.map(\.description).joined(separator: "; "), side.rule?.fieldPath ?? "",
    ]
  }
}
