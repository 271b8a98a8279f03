import ClusterModel
import FlowTracking
import NetworkTypes

/// The answer for one flow: who spoke to whom, what policy says of it and why, and what the packets show.
public struct VerdictRecord: Sendable {
  public var flow: Flow
  public var source: Endpoint
  /// The endpoint that the flow reached; where only packets before service translation were seen, the Service.
  public var destination: Endpoint
  /// The Service that the initiator addressed.
  public var service: ServiceReference?
  public var verdict: Verdict
  /// The source's side. Where several endpoints were judged and they disagree on it, its reason is `undecided`.
  public var egress: SideDecision
  /// The destination's side.
  public var ingress: SideDecision
  /// The remarks of both sides, with the rules that they rest on.
  public var citations: RemarkCitations
  /// The facts that are missing or in conflict; not empty exactly where the verdict is `undecided`.
  public var undecided: [UndecidedFact]
  public var notes: Set<Note>
  /// Every endpoint that the flow was judged against, where it may have reached any of several.
  public var candidates: [Candidate]
  /// What another profile says, where profiles are compared and any side differs.
  public var comparison: ProfileComparison?
  /// Domain names of the destination at the flow's first packet, where policies asked for them.
  public var destinationNames: [String] = []
  /// Where the capture was made that holds the first packet, as far as it is known.
  public var place = CapturePlace()

  public init(
    flow: Flow, source: Endpoint, destination: Endpoint, service: ServiceReference? = nil,
    verdict: Verdict, egress: SideDecision, ingress: SideDecision,
    citations: RemarkCitations = RemarkCitations(), undecided: [UndecidedFact] = [],
    notes: Set<Note> = [], candidates: [Candidate] = [], comparison: ProfileComparison? = nil
  ) {
    self.flow = flow
    self.source = source
    self.destination = destination
    self.service = service
    self.verdict = verdict
    self.egress = egress
    self.ingress = ingress
    self.citations = citations
    self.undecided = undecided
    self.notes = notes
    self.candidates = candidates
    self.comparison = comparison
  }

  /// A port of a Service.
  public struct ServiceReference: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var port: UInt16
    /// What the client connected to.
    public var address: IPAddress

    public init(namespace: String, name: String, port: UInt16, address: IPAddress) {
      self.namespace = namespace
      self.name = name
      self.port = port
      self.address = address
    }
  }

  /// An endpoint of the addressed Service, and the verdict of a connection to it.
  public struct Candidate: Sendable {
    public var endpoint: Endpoint
    public var decision: ConnectionDecision
    public var verdict: Verdict
  }

  /// What a reader must know beside the verdict; raw values are those of the machine formats.
  public enum Note: String, Sendable, Hashable, CaseIterable, Comparable {
    /// One end has an address that only a finished pod lists; such a pod owns none (N26), so it counts as external.
    case finishedPod = "finished_pod"
    /// The source is a node: behind it may be a client whose address was translated (N41).
    case sourceIsNode = "source_is_node"
    /// The client used a node port or an external address of a Service, and only packets before translation were seen: at
    /// the pod the source may be a node (N41).
    case sourceMayBeTranslated = "source_may_be_translated"
    /// Only packets before service translation were seen: the verdict is that of all endpoints of the Service.
    case judgedAgainstAllEndpoints = "judged_against_all_endpoints"
    /// DNS answers in the captures say which domain names the destination has, or has not (A14).
    case namedByDNS = "named_by_dns"
    /// An interface's description or a packet's comment says which pod has the address of an end, where the dump alone does
    /// not, or says otherwise.
    case namedByCapture = "named_by_capture"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// Where verdict and packets contradict each other.
  public enum Mismatch: String, Sendable, Hashable, CaseIterable {
    /// Denied, but established: the policy is not enforced, or the dump is older or newer than the capture.
    case unenforced
    /// Allowed, but unanswered: something other than these policies drops it, or nothing listens.
    case unanswered
  }

  public var mismatch: Mismatch? {
    switch (verdict, flow.outcome) {
    case (.denied, .established): .unenforced
    case (.allowed, .unanswered): .unanswered
    default: nil
    }
  }

  /// Whether another profile gives the whole flow another verdict.
  public var isProfileDependent: Bool { comparison.map { $0.verdict != verdict } ?? false }

  /// The side of `direction`.
  public func side(_ direction: Direction) -> SideDecision {
    direction == .egress ? egress : ingress
  }
}

/// A fact that a verdict needs and that the inputs leave open.
public struct UndecidedFact: Sendable, Hashable {
  /// Raw values are those of the machine formats.
  public enum Fact: String, Sendable, Hashable, CaseIterable {
    /// Several live pods list the address (D8).
    case severalOwners = "several_owners"
    /// Nobody in the dump owned the address at the packet's time, or somebody else than now.
    case ownerUnknown = "owner_unknown"
    /// A capture names a pod, and the dump gives its address to somebody else, or to nobody.
    case captureContradictsDump = "capture_contradicts_dump"
    /// Only packets to the Service's address were seen, and its endpoints have different verdicts.
    case endpointsDisagree = "endpoints_disagree"
    case serviceWithoutEndpoints = "service_without_endpoints"
    /// The address is a Service's, the port is not.
    case servicePortUnknown = "service_port_unknown"
    /// Rules of equal priority disagree (A2).
    case ambiguousPriority = "ambiguous_priority"
    /// A rule names a domain that nothing in the capture resolves (A14).
    case unresolvedDomainName = "unresolved_domain_name"
    /// The evaluation of the policies left it open for another reason.
    case evaluation = "evaluation"

    /// The rule of docs/semantics.md that says so, where there is one.
    public var ruleID: String? {
      switch self {
      case .severalOwners: "D8"
      case .ambiguousPriority: "A2"
      case .unresolvedDomainName: "A14"
      case .ownerUnknown, .captureContradictsDump, .endpointsDisagree, .serviceWithoutEndpoints,
        .servicePortUnknown,
        .evaluation:
        nil
      }
    }
  }

  public var fact: Fact
  /// A sentence that names the addresses, pods and rules.
  public var detail: String

  public init(_ fact: Fact, _ detail: String) {
    self.fact = fact
    self.detail = detail
  }
}
