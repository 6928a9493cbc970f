import java.io.File;
import org.semanticweb.HermiT.Configuration;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/** Loads a file as Protégé does, through the OWL API, and prints what is outside OWL 2 DL and what HermiT objects to. */
class OwlCheck {
    public static void main(String[] arguments) throws Exception {
        OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(arguments[0]));
        System.out.println("axioms: " + ontology.getLogicalAxiomCount());
        for (OWLProfileViolation violation : new OWL2DLProfile().checkOntology(ontology).getViolations())
            System.out.println("violation: " + violation);
        Configuration configuration = new Configuration();
        configuration.ignoreUnsupportedDatatypes = true; // xsd:date, which the datatypes of OWL 2 leave out
        Reasoner reasoner = new Reasoner(configuration, ontology);
        if (!reasoner.isConsistent())
            System.out.println("inconsistent");
        else
            for (OWLClass empty : reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom())
                System.out.println("unsatisfiable: " + empty);
    }
}
