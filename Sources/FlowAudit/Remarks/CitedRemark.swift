import ClusterModel
import NetworkTypes

/// A remark with the rules that it rests on, as docs/semantics.md names them.
public struct CitedRemark: Sendable, Hashable {
  public var remark: DecisionRemark
  /// `N24`, `N40` ...: every rule that applies, in the order of the semantics.
  public var ruleIDs: [String]

  public init(_ remark: DecisionRemark, _ ruleIDs: [String]) {
    self.remark = remark
    self.ruleIDs = ruleIDs
  }
}

/// The remarks of both sides of a connection, each in the order of their names.
public struct RemarkCitations: Sendable, Hashable {
  public var egress: [CitedRemark]
  public var ingress: [CitedRemark]

  public init(egress: [CitedRemark] = [], ingress: [CitedRemark] = []) {
    self.egress = egress
    self.ingress = ingress
  }

  public subscript(direction: Direction) -> [CitedRemark] {
    get { direction == .egress ? egress : ingress }
    set {
      if direction == .egress { egress = newValue } else { ingress = newValue }
    }
  }

  /// All but one remark.
  public func without(_ remark: DecisionRemark) -> RemarkCitations {
    RemarkCitations(
      egress: egress.filter { $0.remark != remark }, ingress: ingress.filter { $0.remark != remark }
    )
  }
}
