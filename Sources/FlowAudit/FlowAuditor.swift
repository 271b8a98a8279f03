import ClusterModel
import FlowTracking
import NetworkTypes

/// Judges flows: names both ends, asks the policies, and says which facts are missing.
///
/// Pure and thread-safe: records depend on the flow and on what the auditor was made of, on nothing else.
public struct FlowAuditor: Sendable {
  /// Both sides of one connection, from the compiled policies or from the reference evaluator.
  public typealias Decide = @Sendable (Connection) -> ConnectionDecision

  public let endpoints: EndpointDirectory
  public let services: ServiceDirectory
  private let decide: Decide
  private let nameResolution: NameResolution?
  private let citing: RemarkCiting

  /// - Parameter nameResolution: decides where policies use domain names; `nil` where they do not.
  public init(
    endpoints: EndpointDirectory, services: ServiceDirectory, decide: @escaping Decide,
    nameResolution: NameResolution? = nil
  ) {
    self.endpoints = endpoints
    self.services = services
    self.decide = decide
    self.nameResolution = nameResolution
    citing = RemarkCiting(endpoints)
  }

  public init(_ snapshot: ClusterSnapshot, decide: @escaping Decide) {
    let endpoints = EndpointDirectory(snapshot)
    self.init(
      endpoints: endpoints, services: ServiceDirectory(snapshot, endpoints: endpoints),
      decide: decide)
  }

  /// Whether policies use domain names, so that ``record(for:evidence:)`` has a use for DNS answers.
  public var usesNames: Bool { nameResolution != nil }

  /// The record of `flow`, judged at its first packet (N42).
  ///
  /// - Parameter evidence: what the captures say beside flows.
  /// - Complexity: O(1) lookups; O(n) in the number of endpoints for a flow that was only seen before translation; and
  ///   linear in the rules of the source where a domain name may matter.
  public func record(
    for flow: Flow, evidence: CaptureEvidence = CaptureEvidence()
  ) -> VerdictRecord {
    let time = flow.startTime
    let source = endpoint(flow.tuple.source, port: flow.tuple.sourcePort, at: time, evidence)
    let destination = endpoint(
      flow.tuple.destination, port: flow.tuple.destinationPort, at: time, evidence)
    var record = VerdictRecord(
      flow: flow, source: source, destination: destination,
      service: flow.service.flatMap(reference), verdict: .undecided, egress: .undecided,
      ingress: .undecided)
    if case .known(let identity) = source.owner, identity.kind == .node {
      record.notes.insert(.sourceIsNode)
    }
    if evidence.places.indices.contains(flow.captureIndex) {
      record.place = evidence.places[flow.captureIndex]
    }
    if let pods = evidence.pods, !pods.isEmpty,
      [source, destination].contains(where: {
        $0.owner != endpoints.owner(of: $0.address, at: time)
      })
    {
      record.notes.insert(.namedByCapture)
    }
    if isListedByFinishedPod(source) || isListedByFinishedPod(destination) {
      record.notes.insert(.finishedPod)
    }

    record.undecided += ownerFacts(of: source)
    if let use = flow.service, !use.isTranslationSeen {
      judgeAgainstAllEndpoints(use, evidence, record: &record)
    } else {
      record.undecided += ownerFacts(of: destination)
      if destination.identity?.kind == .service { addUnknownPort(to: &record) }
      if record.undecided.isEmpty {
        let connection = connection(
          to: destination.address, port: destination.port, record: record)
        let decision = decide(connection, evidence, record: &record)
        record.egress = decision.egress
        record.ingress = decision.ingress
        record.citations = citing.citations(for: decision, of: connection)
        record.verdict = decision.auditVerdict
        if record.verdict == .undecided { record.undecided = decision.undecidedFacts }
      } else {
        if Self.isNoPod(source.owner) { record.egress = .notAPod }
        if Self.isNoPod(destination.owner) { record.ingress = .notAPod }
      }
    }
    return record
  }

  /// Whether only a pod that has finished lists an end's address.
  private func isListedByFinishedPod(_ end: Endpoint) -> Bool {
    guard case .external = end.owner else { return false }
    return endpoints.finishedPod(listing: end.address) != nil
  }

  /// The decision, with the names that the destination has at the flow's first packet.
  private func decide(
    _ connection: Connection, _ evidence: CaptureEvidence, record: inout VerdictRecord
  ) -> ConnectionDecision {
    let decision = decide(connection)
    guard let nameResolution, let names = evidence.names, !names.isEmpty,
      let time = record.flow.startTime,
      let named = nameResolution.decision(for: connection, at: time, names, without: decision)
    else { return decision }
    record.notes.insert(.namedByDNS)
    for name in nameResolution.names(of: connection.destination, at: time, names)
    where !record.destinationNames.contains(name) {
      record.destinationNames.append(name)
    }
    return named
  }

  private static func isNoPod(_ owner: Endpoint.Owner) -> Bool {
    switch owner {
    case .external: true
    case .known(let identity): identity.kind == .node
    case .conflict, .startedLater, .replaced, .contradicted: false
    }
  }

  private func endpoint(
    _ address: IPAddress, port: UInt16, at time: Timestamp?, _ evidence: CaptureEvidence
  ) -> Endpoint {
    let owner = endpoints.owner(of: address, at: time, capturedBy: evidence.pods)
    var endpoint = Endpoint(address: address, port: port, owner: owner)
    if !evidence.recordedNames.isEmpty, case .external = owner {
      endpoint.names = evidence.recordedNames[address] ?? []
    }
    return endpoint
  }

  private func connection(
    to address: IPAddress, port: UInt16, record: VerdictRecord
  ) -> Connection {
    Connection(
      source: record.source.address, destination: address,
      ipProtocol: record.flow.tuple.ipProtocol, destinationPort: port,
      isThroughService: record.flow.service != nil)
  }

  private func reference(_ use: Flow.ServiceUse) -> VerdictRecord.ServiceReference? {
    guard services.entries.indices.contains(use.entry) else { return nil }
    let entry = services.entries[use.entry]
    return .init(
      namespace: entry.namespace, name: entry.name, port: entry.port, address: use.address)
  }

  /// All endpoints allow: allowed; all deny: denied; else undecided, naming them.
  private func judgeAgainstAllEndpoints(
    _ use: Flow.ServiceUse, _ evidence: CaptureEvidence, record: inout VerdictRecord
  ) {
    let backends =
      services.translation.backends.indices.contains(use.entry)
      ? services.translation.backends[use.entry] : []
    let name = record.service.map { "service/\($0.namespace)/\($0.name)" } ?? "the Service"
    guard !backends.isEmpty else {
      record.undecided.append(
        .init(.serviceWithoutEndpoints, "\(name) has no ready endpoint in the dump"))
      return
    }
    guard record.undecided.isEmpty else { return }
    record.notes.insert(.judgedAgainstAllEndpoints)
    if let service = record.service, !services.isClusterAddress(use.address, of: service) {
      record.notes.insert(.sourceMayBeTranslated)
    }
    for backend in backends {
      let end = endpoint(backend.address, port: backend.port, at: record.flow.startTime, evidence)
      let facts = ownerFacts(of: end)
      record.undecided += facts
      let decision =
        facts.isEmpty
        ? decide(
          connection(to: backend.address, port: backend.port, record: record), evidence,
          record: &record)
        : ConnectionDecision(egress: .undecided, ingress: .undecided)
      record.candidates.append(
        .init(endpoint: end, decision: decision, verdict: decision.auditVerdict))
    }
    let first = record.candidates[0]
    record.egress = Self.common(record.candidates.map(\.decision.egress))
    record.ingress = Self.common(record.candidates.map(\.decision.ingress))
    record.citations = citing.citations(
      for: ConnectionDecision(egress: record.egress, ingress: record.ingress),
      of: connection(
        to: first.endpoint.address, port: first.endpoint.port, record: record))
    if record.candidates.allSatisfy({ $0.verdict == first.verdict }) {
      record.verdict = first.verdict
      if first.verdict != .undecided {
        record.undecided = []
      } else if record.undecided.isEmpty {
        record.undecided = first.decision.undecidedFacts
      }
    } else {
      let verdicts = record.candidates.map { candidate in
        "\(candidate.verdict.rawValue) at \(Self.name(of: candidate.endpoint))"
      }
      record.verdict = .undecided
      record.undecided.append(
        .init(
          .endpointsDisagree,
          "only packets to \(name) were seen, and its endpoints disagree: "
            + verdicts.joined(separator: ", ")))
    }
  }

  /// The side that all endpoints share: the first one's where their verdicts are equal.
  private static func common(_ sides: [SideDecision]) -> SideDecision {
    sides.allSatisfy { $0.verdict == sides[0].verdict } ? sides[0] : .undecided
  }

  private static func name(of endpoint: Endpoint) -> String {
    endpoint.identity.map { "\($0) (\(endpoint.address))" } ?? "\(endpoint.address)"
  }

  private func addUnknownPort(to record: inout VerdictRecord) {
    guard let identity = record.destination.identity else { return }
    let tuple = record.flow.tuple
    let port = tuple.ipProtocol.hasPorts ? " port \(tuple.destinationPort)" : ""
    record.undecided.append(
      .init(
        .servicePortUnknown,
        "\(record.destination.address) is the address of \(identity), which has no"
          + " \(tuple.ipProtocol)\(port)"))
  }

  /// What is missing or in conflict about the owner of one end.
  private func ownerFacts(of end: Endpoint) -> [UndecidedFact] {
    switch end.owner {
    case .known, .external:
      return []
    case .conflict(let pods):
      let names = pods.map(\.description).joined(separator: " and ")
      return [.init(.severalOwners, "\(end.address) is the address of \(names)")]
    case .startedLater(let pods):
      let starts = pods.map { pod in
        "\(pod)" + (pod.startTime.map { ", which started at \($0)" } ?? "")
      }
      return [
        .init(
          .ownerUnknown,
          "\(end.address) is the address of \(starts.joined(separator: " and "))"
            + ", after the packet")
      ]
    case .replaced(let then, let now):
      return [
        .init(
          .ownerUnknown,
          "\(end.address) was the address of \(then) then, and of \(now) later")
      ]
    case .contradicted:
      return [.init(.captureContradictsDump, end.contradiction ?? "")]
    }
  }
}

extension FlowAuditor {
  /// What a reader should know about the cluster's addresses, one sentence each.
  public var notes: [String] {
    let shared = endpoints.conflicts.map { address, pods in
      "\(address) is the address of \(pods.map(\.description).joined(separator: " and "))"
    }
    let claimed = services.conflicts.map { frontend, names in
      "\(frontend.address) \(frontend.ipProtocol)/\(frontend.port) is claimed by Services"
        + " \(names.joined(separator: " and ")); \(names[0]) has it"
    }
    return shared + claimed
  }
}
