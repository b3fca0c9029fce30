/// Looks, all through a run in which steps may fail, at what must hold nevertheless.
package protocol RunWatch: AnyObject {
    /// Lets the faults stop and looks whether everything comes right.
    /// - Returns: what is wrong, each as a sentence, what was seen first first; empty when all is well.
    func violated() -> [String]
}
