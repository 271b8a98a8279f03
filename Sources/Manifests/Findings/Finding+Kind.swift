extension Finding {
  /// What sort of mistake a finding is; the raw value is stable and meant for programs.
  ///
  /// Each kind has a usual severity (``severity``); a finding may differ where the meaning of the part does:
  ///
  /// | kind | usual severity | differs |
  /// |---|---|---|
  /// | `syntax`, `tab`, `unreadable` | error | |
  /// | `duplicate-key` | error | |
  /// | `unknown-field` | warning: ignored, as the API server ignores it (D1) | error in peers, ports and selectors of cluster policies, where the rule fails closed (A23, D6) |
  /// | `wrong-type` | error | |
  /// | `missing-field` | error | warning for a selector that is read as empty (A27) and for `ports: []` (D5) |
  /// | `unsupported-value` | error | warning for `Allow` beside `Accept` (D7) |
  /// | `out-of-range`, `bad-cidr`, `not-subset` | error | |
  /// | `bad-name` | error | warning for names of objects and namespaces, which decide no verdict, and for labels in selectors of cluster policies, which the API server accepts |
  /// | `conflict` | error | warning for a port's name beside networks, nodes or domain names, where it matches nothing |
  /// | `too-many` | error | warning in cluster policies, which are read in full (A20) |
  /// | `unknown-kind`, `unknown-api-version` | error | |
  /// | `duplicate-object` | error | note where a second file repeats an object word for word; warning for a differing object of a cluster dump |
  /// | `duplicate-item` | error | warning for two Running pods with one address (D8) and for repeated networks (A26) |
  /// | `empty-field` | warning: `tcp: {}` is read as every TCP port (A18) | |
  /// | `not-canonical`, `null-selector`, `null-value`, `ignored-rules`, `ambiguous-scalar` | warning | |
  /// | `same-priority`, `never-matches`, `suspicious`, `other-name` | warning | |
  /// | `assumed-namespace` | warning (N43) | |
  /// | `default-namespace`, `empty-file`, `replaced`, `suppressed` | note (N44) | `suppressed` is an error if an error is among the findings left out |
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The text is not YAML or JSON.
    case syntax
    /// A tab where YAML wants spaces.
    case tab
    /// A key twice in one mapping.
    case duplicateKey = "duplicate-key"
    /// The kind has no such field.
    case unknownField = "unknown-field"
    /// Text, number, list or mapping expected.
    case wrongType = "wrong-type"
    /// Something required is absent, null, or empty where one member is required.
    case missingField = "missing-field"
    /// Not one of the listed words.
    case unsupportedValue = "unsupported-value"
    /// A number too small or too large.
    case outOfRange = "out-of-range"
    /// A name of a wrong form.
    case badName = "bad-name"
    /// Not an address or a block.
    case badCIDR = "bad-cidr"
    /// An `except` that is not strictly inside its `cidr` (N18).
    case notSubset = "not-subset"
    /// Fields that exclude each other.
    case conflict
    /// More than allowed.
    case tooMany = "too-many"
    /// No such kind in this version.
    case unknownKind = "unknown-kind"
    /// No such version for this kind.
    case unknownAPIVersion = "unknown-api-version"
    /// An object of this kind, namespace and name came before.
    case duplicateObject = "duplicate-object"
    /// A set has it twice.
    case duplicateItem = "duplicate-item"
    /// An object that needs a member.
    case emptyField = "empty-field"

    /// Accepted and read as the text says (N19).
    case notCanonical = "not-canonical"
    /// A null selector of a policy selects every pod.
    case nullSelector = "null-selector"
    /// Null where text is expected.
    case nullValue = "null-value"
    /// Rules of a direction that `policyTypes` leaves out (N4).
    case ignoredRules = "ignored-rules"
    /// Readers of YAML 1.1 (kubectl) and of YAML 1.2 disagree; kubectl refuses the file.
    case ambiguousScalar = "ambiguous-scalar"
    /// The order of two policies is undefined (A2).
    case samePriority = "same-priority"
    /// Valid, but nothing can match.
    case neverMatches = "never-matches"
    /// Valid, and most likely not what was meant.
    case suspicious

    /// A file, folder or stream could not be read.
    case unreadable
    /// A Namespace whose label `kubernetes.io/metadata.name` has another value; the real name wins (D11).
    case otherName = "other-name"
    /// A namespace that objects name and no manifest holds: made up with its name label alone (N43).
    case assumedNamespace = "assumed-namespace"
    /// Objects without `metadata.namespace`, said once a file (N44).
    case defaultNamespace = "default-namespace"
    /// A file without any object.
    case emptyFile = "empty-file"
    /// Objects that another input replaces, or that an input of policies does not contribute.
    case replaced
    /// Findings beyond the limit that were counted and not kept.
    case suppressed

    /// The usual severity.
    public var severity: Severity {
      switch self {
      case .unknownField, .emptyField, .notCanonical, .nullSelector, .nullValue, .ignoredRules,
        .ambiguousScalar, .samePriority, .neverMatches, .suspicious, .otherName,
        .assumedNamespace:
        .warning
      case .defaultNamespace, .emptyFile, .replaced, .suppressed: .note
      default: .error
      }
    }
  }
}
