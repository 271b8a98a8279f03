/// A namespace. ``labels`` always hold `kubernetes.io/metadata.name` with the namespace's real name (N22, D11).
public struct Namespace: Hashable, Sendable {
  /// The label that the control plane sets on every namespace.
  public static let nameLabel = "kubernetes.io/metadata.name"

  public var name: String
  public var labels: Labels
  /// `nil` for a namespace that was made up because objects name it and no dump holds it (N43).
  public var location: SourceLocation?

  public init(name: String, labels: Labels = .empty, location: SourceLocation? = nil) {
    self.name = name
    self.labels =
      labels[Self.nameLabel] == name ? labels : labels.setting(Self.nameLabel, to: name)
    self.location = location
  }
}
