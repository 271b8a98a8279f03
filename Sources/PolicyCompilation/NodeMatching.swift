import ClusterModel

/// Which node selectors of egress peers match a group of nodes (A12).
struct NodeMatching {
  private let index: LabelIndex
  private let atoms: [(atom: UInt32, selector: EncodedSelector)]

  init(_ nodes: NodeIndex, _ flattening: RuleFlattening) {
    var vocabulary = flattening.vocabularies.nodes
    index = nodes.makeLabelIndex(&vocabulary)
    var atoms: [(atom: UInt32, selector: EncodedSelector)] = []
    for (id, atom) in flattening.egressAtoms.atoms.enumerated() {
      if case .nodes(let selector) = atom {
        atoms.append((UInt32(id), flattening.nodeSelectors[Int(selector)]))
      }
    }
    self.atoms = atoms
  }

  /// The atoms that match one of the nodes, ascending.
  func atoms(of nodes: ArraySlice<UInt32>) -> [UInt32] {
    atoms.filter { atom in nodes.contains { index.matches($0, atom.selector) } }.map(\.atom)
  }
}
