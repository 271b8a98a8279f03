import ClusterModel
import NetworkTypes

/// Judges connections rule by rule, straight from the semantics: the oracle that the decision table is tested against.
///
/// Slow and obvious on purpose: no classes, no merging, every rule is looked at anew for each connection. Only two things
/// are remembered: who owns an address, and which policies select a pod.
///
/// Where the semantics leave room, this is what is done:
/// - **Addresses.** A pod's address wins over a node's. Of several pods on one address, a running one before any other,
///   then the first by namespace and name (N26, D8). A hostNetwork pod's addresses are its node's whatever its phase;
///   without a `nodeName` they belong to a node without name and labels (D9).
///   Such a pod's own node is known by its hostIPs (N23).
/// - **Order.** An exemption decides before every tier and carries no remark (D2). A rule with an unknown part is judged
///   by A23 before anything else about it.
/// - **`undefinedByAPI`.** The NetworkPolicy tier was reached, a NetworkPolicy isolates the pod in this direction, and the
///   connection is a hairpin (N24), or of a protocol that is neither TCP, UDP nor SCTP (N40), or the other end is a node
///   (N23, N25, N41).
/// - **`ambiguousPriority`.** Some order of policies with one priority, in one tier, gives the other verdict (A2). For
///   this question a domain name that nothing resolves matches nothing.
/// - **Domain names that nothing resolves (A14).** Such a name may have any address outside the cluster or of a node; that
///   of a pod only if it can be a name of the cluster's own DNS (one label is `svc` or `pod`, or it ends in
///   `cluster.local`). A rule that such a name alone keeps from matching, and that is reached before the decision, gives the
///   remark `unresolvedDomainName`; where its matching would give the other verdict the side is `undecided`, not
///   allowed, and the rule is named as the deciding one. A name that something resolves has the addresses given, no others.
///
/// - Complexity: of `init`, linear in the snapshot and policies; of a verdict, linear in the rules that apply to the two
///   pods (and, once for each pod, in the policies that might).
public struct ReferenceEvaluator: Sendable {
  let profile: Profile
  let addresses: AddressBook
  let namespaces: NamespaceLabels
  let policies: PolicySelection
  var domainNames: DomainNames

  /// - Parameters:
  ///   - snapshot: The cluster.
  ///   - policySet: The policies in force.
  ///   - profile: How the choices of semantics 2.4 are made.
  ///   - domainNames: Addresses of resolved names; lower case, without a trailing dot (A14).
  public init(
    _ snapshot: ClusterSnapshot, _ policySet: PolicySet, profile: Profile = .upstream,
    domainNames: [String: [IPAddress]] = [:]
  ) {
    self.profile = profile
    self.addresses = AddressBook(snapshot)
    self.namespaces = NamespaceLabels(snapshot.namespaces)
    self.policies = PolicySelection(policySet, namespaces: namespaces)
    self.domainNames = DomainNames(addresses: domainNames)
  }

  /// The verdict of a connection: both sides, whatever the first one says (semantics 2.0, step 6).
  ///
  /// Addresses of different families make no connection (N20): neither side is then taken for a pod.
  public func evaluate(_ connection: Connection) -> ConnectionDecision {
    let ends = ends(of: connection)
    return ConnectionDecision(egress: decision(.egress, ends), ingress: decision(.ingress, ends))
  }

  /// The same where it is known which domain names the destination has at that time (A14).
  ///
  /// - Parameter nameAnswers: what is known of patterns and the connection's destination; others are resolved by the
  ///   addresses that the evaluator was made with.
  public func evaluate(
    _ connection: Connection, nameAnswers: [DomainNamePattern: DomainNameAnswer]
  ) -> ConnectionDecision {
    var evaluator = self
    evaluator.domainNames.answers = nameAnswers
    return evaluator.evaluate(connection)
  }

  /// Who owns an address, as the verdicts take it.
  public func owner(of address: IPAddress) -> AddressOwner {
    addresses.owner(of: address).publicForm
  }

  /// The pods between which ``owner(of:)`` had to choose: all running ones with this address, or all others that have
  /// it if none runs; by namespace and name. More than one is a conflict (D8); none, if the address is no pod's.
  public func owners(of address: IPAddress) -> [Pod] {
    addresses.podsInConflict(over: address)
  }

  /// One side: 2.0 steps 2 to 4.
  private func decision(_ direction: Direction, _ ends: Ends) -> SideDecision {
    guard let side = side(direction, ends) else {
      return SideDecision(isAllowed: true, reason: .notAPod)
    }
    return exemption(side) ?? decision(walk(Tier.allCases[...], side))
  }

  /// A connection and who is at its ends (2.0 step 1).
  struct Ends {
    let connection: Connection
    let source: AddressBook.Owner
    let destination: AddressBook.Owner
  }

  func ends(of connection: Connection) -> Ends {
    Ends(
      connection: connection, source: addresses.owner(of: connection.source),
      destination: addresses.owner(of: connection.destination))
  }

  /// The side's pod and what it talks to; `nil` where this side is no pod, which has no policy (2.0 step 3).
  func side(_ direction: Direction, _ ends: Ends) -> Side? {
    let connection = ends.connection
    guard connection.source.family == connection.destination.family,
      case .pod(let subject) = direction == .ingress ? ends.destination : ends.source
    else { return nil }
    return Side(
      direction: direction, connection: connection, subject: subject,
      subjectNamespaceLabels: namespaces[subject.namespace],
      otherAddress: direction == .ingress ? connection.source : connection.destination,
      otherOwner: direction == .ingress ? ends.source : ends.destination,
      destination: ends.destination)
  }

  // MARK: - Exemptions

  /// 2.0 step 2, before every tier (D2).
  func exemption(_ side: Side) -> SideDecision? {
    if isOwnAddress(side) { return SideDecision(isAllowed: true, reason: .exemptSelf) }
    if isOwnNode(side) { return SideDecision(isAllowed: true, reason: .exemptOwnNode) }
    return nil
  }

  /// N24: a pod reaches itself at its own address; through a Service only where the profile exempts that too (A22).
  private func isOwnAddress(_ side: Side) -> Bool {
    guard side.isSelf else { return false }
    return !side.connection.isThroughService || !profile.hairpinIsSubjectToAdminTiers
  }

  /// N23: ingress from the pod's own node; egress to it where the profile says so.
  private func isOwnNode(_ side: Side) -> Bool {
    guard side.direction == .ingress || profile.allowsEgressToOwnNode else { return false }
    return addresses.isAddress(side.otherAddress, ofNodeUnder: side.subject)
  }
}
