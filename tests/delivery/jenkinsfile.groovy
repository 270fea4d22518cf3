// What a Jenkinsfile says, without Jenkins: Groovy itself compiles and runs it, every word that it calls is written down with its arguments and
// its block, and the tree is printed as JSON. `agent none` and "${ARCHITECTURE}" are words that stand for themselves.
import groovy.json.JsonOutput
import org.codehaus.groovy.control.CompilerConfiguration

class Word {
  static final Map ENV = [:] // what `script` blocks write into for later stages

  String word
  List arguments = []
  Map settings = [:]
  List inside = []

  def methodMissing(String called, Object given) {
    def all = (given as Object[]).toList()
    def block = all && all.last() instanceof Closure ? all.removeLast() : null
    def next = new Word(word: called, arguments: all.collect { it instanceof Map ? it.collectEntries { k, v -> [k, "$v".toString()] } : "$it".toString() })
    inside << next
    if (block) {
      block.delegate = next
      block.resolveStrategy = Closure.DELEGATE_ONLY
      block.call()
    }
    return "<$called>".toString()
  }

  def propertyMissing(String name) { name == 'env' ? ENV : "<$name>".toString() }

  def propertyMissing(String name, Object value) { settings[name] = "$value".toString() }

  Map told() { [word: word, arguments: arguments, settings: settings, inside: inside*.told()] }
}

def root = new Word(word: 'Jenkinsfile')
def script = new GroovyShell(new CompilerConfiguration(scriptBaseClass: DelegatingScript.name)).parse(new File(args[0]))
script.setDelegate(root) // not `script.delegate =`: that would be a word of the Jenkinsfile
script.run()
println JsonOutput.toJson(root.told())
