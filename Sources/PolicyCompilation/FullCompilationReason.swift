/// Why an edit could not be made in place, so that everything was compiled again.
///
/// Each is something that changes how *all* pods or addresses are told apart.
public enum FullCompilationReason: String, Sendable, CaseIterable {
  /// A pod or a policy of a namespace that was in no dump and that nothing named before.
  case newNamespace = "a namespace that nothing named before"
  /// A policy's selector asks for a label key of pods that no policy asked for before.
  case newLabelKey = "a label key of pods that no policy asked for before"
  /// A policy names a port that no policy named before.
  case newPortName = "a port name that no policy used before"
  /// The first egress rule that names a port.
  case firstNamedEgressPort = "the first egress rule with a named port"
  /// A policy with a domain name that nothing resolves (A14).
  case unresolvedDomainName = "a domain name that nothing resolves"
  /// A pod that tells of a node's addresses but not of its name.
  case unnamedNode = "a pod without nodeName that tells of its node's addresses"
  /// A part of the table or of what it is made from has doubled since everything was compiled last, perhaps with what is no longer in use.
  case doubled = "a part of the table has doubled since it was compiled"
}
