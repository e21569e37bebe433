#include "study/report/context.h"

namespace scrim {

std::string context_html() {
  return R"(<h2 id="not-tried">What was not tried</h2>
<ul>
<li>Attackers with more films than the training list, and networks of full width.</li>
<li>Attackers who hold reports, dates or images of other kinds of the same patients.</li>
<li>Other machines and hospitals, and findings that the table does not have.</li>
<li>Galleries larger than the test: the curve beyond it is extrapolated.</li>
<li>Readers of sex, view and age that learned from released films: the reader learned from real ones.</li>
<li>Networks that learn from films restored by the inverse warp, averages or inversion; and from those that a network restored, where <code>restorer.retrain</code> is false.</li>
<li>Attackers who compute the film back by gradient descent, unless <code>restorer.by</code> names
<code>inversion</code>.</li>
</ul>
<p>An attacker who failed here proves nothing about the next one.</p>
<h2 id="assessor">For assessors</h2>
<p>ISO/IEC 27559:2022 asks for an assessment of context, data and identifiability. This page answers as follows:</p>
<table class="facts">
<tr><td>Context: who attacks, with what</td><td><a href="#attackers">Attackers</a>, <a href="#not-tried">What was not
tried</a>. Who receives the films, and under which contract, is not known to this program.</td></tr>
<tr><td>Data: what is released, about whom</td><td><a href="#privacy">Recognizing a patient</a>,
<a href="#data">Data and configuration</a></td></tr>
<tr><td>Identifiability: measure and threshold</td><td><a href="#verdict">Verdict</a>: the bound was set before the
measurement. <a href="#curves">Curves</a>, <a href="#search">Searching for a patient</a></td></tr>
<tr><td>Mitigation: what it costs</td><td><a href="#trade-off">Trade-off</a>, <a href="#utility">Utility</a></td></tr>
<tr><td>Governance: repeatable, documented</td><td><a href="#data">Data and configuration</a>: hashes, the complete
configuration, the program's version; evidence.json holds the figures for machines.</td></tr>
</table>
<p>A motivated intruder, as the UK Information Commissioner's Office describes one, asks:</p>
<table class="facts">
<tr><td>Can I tell that two released films show one patient?</td><td><a href="#privacy">released_released</a></td></tr>
<tr><td>I hold a film of somebody. Is he among the released ones?</td><td><a href="#search">Searching for a
patient</a>: closed set, and open set where he may not be there</td></tr>
<tr><td>Do I learn more than sex, view and age say?</td><td><a href="#privacy">Risk above the control</a></td></tr>
<tr><td>Do I learn sex, view and age?</td><td><a href="#privacy">Inference</a></td></tr>
<tr><td>Does it help to hold several films?</td><td><a href="#search">Films searched for together</a></td></tr>
<tr><td>Who is at the highest risk?</td><td><a href="#search">Patients always found</a>,
<a href="#worst">Worst cases</a></td></tr>
</table>
)";
}

}  // namespace scrim
