import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes

/// Writes verdict records as JSON objects: the native record, documented in docs/output.md.
///
/// Members are only ever added; a change of meaning raises ``schema``.
struct VerdictRecordJSON {
  /// The version of the record's form.
  static let schema = 1

  let policies: PolicyLocations

  /// One object. `digest` is written where it is given; `captures` are the files by index.
  func write(
    _ record: VerdictRecord, captures: [String], digest: ((inout JSONWriter) -> Void)?,
    to json: inout JSONWriter
  ) {
    let flow = record.flow
    json.beginObject()
    json.member("flow_id", FlowIdentity.text(of: flow))
    json.member("community_id", CommunityID.text(for: flow.tuple))
    json.member("start_time", flow.startTime?.description)
    json.member("end_time", flow.endTime?.description)
    write(record.source, "source", flow, to: &json)
    write(record.destination, "destination", flow, to: &json)
    if !record.destinationNames.isEmpty {
      json.member("destination_names", record.destinationNames)
    }
    json.key("service")
    if let service = record.service {
      json.beginObject()
      json.member("namespace", service.namespace)
      json.member("name", service.name)
      json.member("port", service.port)
      json.member("ip", service.address.description)
      json.endObject()
    } else {
      json.null()
    }
    json.member("protocol", flow.tuple.ipProtocol.description)
    json.member("verdict", record.verdict.rawValue)
    json.member("observed", flow.outcome.rawValue)
    json.member("mismatch", record.mismatch?.rawValue)
    json.member("initiator", flow.initiator.rawValue)
    json.member("packets", flow.forward.packets)
    json.member("bytes", flow.forward.bytes)
    json.member("reply_packets", flow.reverse.packets)
    json.member("reply_bytes", flow.reverse.bytes)
    write(record.egress, .egress, record.citations.egress, to: &json)
    write(record.ingress, .ingress, record.citations.ingress, to: &json)
    writeUndecided(record.undecided, to: &json)
    writeCandidates(record.candidates, flow, to: &json)
    write(record.comparison, to: &json)
    json.member("notes", record.notes.sorted().map(\.rawValue))
    json.key("capture")
    json.beginObject()
    json.member(
      "file",
      captures.indices.contains(flow.captureIndex) ? captures[flow.captureIndex] : nil)
    json.member("interface", record.place.interface)
    json.member("node", record.place.node)
    json.endObject()
    digest?(&json)
    json.endObject()
  }

  private func write(
    _ endpoint: Endpoint, _ name: String, _ flow: Flow, to json: inout JSONWriter
  ) {
    json.key(name)
    json.beginObject()
    writeMembers(of: endpoint, hasPorts: flow.tuple.ipProtocol.hasPorts, to: &json)
    json.endObject()
  }

  private func writeMembers(
    of endpoint: Endpoint, hasPorts: Bool, to json: inout JSONWriter
  ) {
    json.member("ip", endpoint.address.description)
    if hasPorts { json.member("port", endpoint.port) }
    switch endpoint.owner {
    case .external:
      json.member("kind", "external")
      if !endpoint.names.isEmpty { json.member("names", endpoint.names) }
    case .conflict(let owners): writeOwners(owners, to: &json)
    case .startedLater(let owners): writeOwners(owners, to: &json)
    case .replaced(let then, let now): writeOwners([then, now], to: &json)
    case .known(let identity): writeMembers(of: identity, to: &json)
    case .contradicted(let captured, let dump):
      writeMembers(of: captured, to: &json)
      json.member("dump_owners", dump.map(\.description))
    }
  }

  private func writeOwners(_ owners: [EndpointIdentity], to json: inout JSONWriter) {
    json.member("kind", "unknown")
    json.member("candidates", owners.map(\.description))
  }

  private func writeMembers(of identity: EndpointIdentity, to json: inout JSONWriter) {
    json.member("kind", identity.kind.rawValue)
    switch identity.kind {
    case .node: json.member("node_name", identity.name)
    case .service:
      json.member("namespace", identity.namespace ?? "")
      json.member("service_name", identity.name)
    case .pod:
      json.member("namespace", identity.namespace)
      json.member("pod_name", identity.name)
      json.key("workloads")
      json.beginList()
      if let workload = identity.workload {
        json.beginObject()
        json.member("name", workload.name)
        json.member("kind", workload.kind)
        json.endObject()
      }
      json.endList()
    }
    json.member("labels", identity.labels.map { "\($0.key)=\($0.value)" })
  }

  private func writeUndecided(_ facts: [UndecidedFact], to json: inout JSONWriter) {
    json.key("undecided")
    json.beginList()
    for fact in facts {
      json.beginObject()
      json.member("fact", fact.fact.rawValue)
      json.member("detail", fact.detail)
      json.member("rule", fact.fact.ruleID)
      json.endObject()
    }
    json.endList()
  }

  private func writeCandidates(
    _ candidates: [VerdictRecord.Candidate], _ flow: Flow, to json: inout JSONWriter
  ) {
    guard !candidates.isEmpty else { return }
    json.key("endpoints")
    json.beginList()
    for candidate in candidates {
      json.beginObject()
      writeMembers(
        of: candidate.endpoint, hasPorts: flow.tuple.ipProtocol.hasPorts, to: &json)
      json.member("verdict", candidate.verdict.rawValue)
      json.endObject()
    }
    json.endList()
  }

  /// What the other profile says; nothing where none is compared or all is the same.
  private func write(_ comparison: ProfileComparison?, to json: inout JSONWriter) {
    guard let comparison else { return }
    json.key("compared")
    json.beginObject()
    json.member("profile", comparison.profile)
    json.member("verdict", comparison.verdict.rawValue)
    write(comparison.egress, .egress, comparison.citations.egress, to: &json)
    write(comparison.ingress, .ingress, comparison.citations.ingress, to: &json)
    writeUndecided(comparison.undecided, to: &json)
    json.key("decisive_flags")
    json.beginList()
    for flags in comparison.decisiveFlags {
      json.beginList()
      for flag in flags { json.text(flag) }
      json.endList()
    }
    json.endList()
    json.endObject()
  }

  /// One side, under the name of its direction.
  ///
  /// - Parameter passes: the rules that passed the connection on to a later tier, in the order of the tiers.
  func write(
    _ side: SideDecision, _ direction: Direction, _ remarks: [CitedRemark],
    passedBy passes: [DecidingRule] = [], to json: inout JSONWriter
  ) {
    json.key(direction.description)
    json.beginObject()
    json.member("verdict", side.verdict.rawValue)
    json.member("reason", side.reason.rawValue)
    json.key("policies")
    json.beginList()
    for policy in side.rule.map({ [$0.policy] }) ?? side.isolatedBy {
      json.beginObject()
      write(policy, to: &json)
      json.endObject()
    }
    json.endList()
    json.member("rule", side.rule?.fieldPath)
    json.key("policy_trace")
    json.beginList()
    for rule in passes { writeStep(rule.policy, action: "Pass", rule: rule, to: &json) }
    if let rule = side.rule {
      writeStep(rule.policy, action: action(of: side), rule: rule, to: &json)
    }
    for policy in side.isolatedBy { writeStep(policy, action: "NoMatch", rule: nil, to: &json) }
    json.endList()
    json.member("remarks", side.remarks.sorted().map(\.rawValue))
    json.key("remark_rules")
    json.beginObject()
    for remark in remarks { json.member(remark.remark.rawValue, remark.ruleIDs) }
    json.endObject()
    json.endObject()
  }

  private func action(of side: SideDecision) -> String {
    side.reason == .undecided ? "Undecided" : side.isAllowed ? "Allow" : "Deny"
  }

  private func write(_ policy: PolicyIdentity, to json: inout JSONWriter) {
    json.member("kind", policy.kind.rawValue)
    json.member("namespace", policy.namespace)
    json.member("name", policy.name)
  }

  private func writeStep(
    _ policy: PolicyIdentity, action: String, rule: DecidingRule?, to json: inout JSONWriter
  ) {
    let location = rule.map { policies.location(of: $0) } ?? policies.location(of: policy)
    json.beginObject()
    json.member("tier", (rule?.tier ?? policies.tier(of: policy)).rawValue)
    write(policy, to: &json)
    json.member("action", action)
    json.member("rule", rule?.fieldPath)
    json.member("file", location?.file)
    json.key("line")
    if let location { json.number(location.line) } else { json.null() }
    json.endObject()
  }
}

extension VerdictRecord {
  /// The native record in one line, without digest and places in files.
  public var jsonText: String {
    var json = JSONWriter()
    VerdictRecordJSON(policies: PolicyLocations()).write(
      self, captures: [], digest: nil, to: &json)
    return String(decoding: json.bytes, as: UTF8.self)
  }
}
