import { words } from './closed-words.ts'

/** Words for people: pronouns, roles, groups, and given names that are not words of their own. */

export const personPronouns = words(`
  i we you he she they me us him them someone somebody anyone anybody everyone everybody nobody who whoever
  myself himself herself themselves ourselves yourself`)

export const nobodyWords = words('nobody none neither no-one')

export const roles = words(`
  engineer developer dev operator admin owner agent administrator sysadmin sysop dba sre manager reviewer author approver technician
  tech contractor consultant intern trainee apprentice graduate graduates newcomer newbie rookie starter joiner
  responder commander facilitator colleague teammate teammates coworker employee hire staffer person people
  guy human individual programmer coder tester analyst architect executive officer cto ceo ciso vp
  maintainer committer on-caller oncaller on-call oncall firefighter specialist expert designer scientist
  superuser deployer beginner caretaker integrator member members lead boss scrum-master assignee volunteer
  nurse doctor clinician physician surgeon pharmacist foreman captain clerk cashier courier installer fitter mechanic
  pilot trader accountant auditor buyer teacher student pupil freelancer freelance subcontractor temp janitor porter
  picker packer lawyer journalist librarian researcher professor assistant secretary receptionist chief principal president
  chairman chairwoman founder partner vendor supplier senior junior grown-up adult expert guest-worker warehouseman
  lad bloke chap dude controller-on-duty signaller merchandiser trustee instructor lecturer practitioner
  paramedic radiographer machinist welder courier handler-on-duty fool idiot child novice amateur layman clerk programmer whoever man woman men women those engineer-on-duty duty-engineer freelancer electrician plumber agent-on-duty`)

export const groups = words(`
  team teams squad squads crew staff folk folks department org organisation organization management leadership qa devops
  sres ops guild tribe group shift everyone company colleagues helpdesk noc soc personnel committee panel board consultancy agency desk workforce faculty brigade partners vendors suppliers seniors juniors`)

/** Words for people that are words for software as well: they need a hint. */
export const ambiguousRoles = words(
  'operator deployer manager author lead tech group org member members expert on-call oncall shift',
)

/** Groups of people, unless they are of machines. */
export const crowds = words('group shift lead expert org on-call oncall member members')
export const crowdHints =
  words(`consumer resource target availability scaling autoscaling node shard replica raft volume log user
  placement instance subnet worker process control cgroup parameter bitwise phase alert expert-mode quorum cluster`)
export const softwareHints = words(`
  kubernetes k8s postgres postgresql prometheus kafka flink redis cert etcd rabbitmq elastic connection package secret
  session window memory task process queue state device file cache lock transaction resource cluster download config
  configuration custom backup database volume log load password license node traffic service access build
  consumer security storage monitoring alert alerts replica raft quorum shard availability target autoscaling scaling
  bitwise comparison ternary logical buffer api font controller boot`)

/** Words that are software unless something says that a person is meant. */
export const mostlySoftware = words(
  'agent coordinator supervisor director planner cleaner editor scribe dispatcher guard',
)
/** What owns these is a process. */
export const ownedBySoftware = words(
  'lock lease file object thread mutex partition row table key queue socket',
)

/** What makes them a person. */
export const agentHints = words(
  'support service helpdesk desk call-centre call-center customer human field duty',
)

/** Groups that are named without an article, as “QA let it through”. */
export const bareGroups = words(
  'qa ops devops sre sres support management leadership hr infosec engineering noc soc security platform infra networking product helpdesk legal finance marketing sales operations development procurement infrastructure facilities networks informatics logistics dispatch nursing',
)

/** The same, in two words. */
export const bareCompounds = new Set([
  'data science',
  'data engineering',
  'customer service',
  'customer support',
  'customer success',
  'site reliability',
  'quality assurance',
  'human resources',
  'release management',
  'change management',
  'product management',
  'network operations',
  'information security',
  'field service',
])

/** Given names of many places, without those that are common words: they work when the directory does not know them. */
export const givenNames = words(`
  aaron abdul abdullah abigail ada adam adel adewale adriana adrian agnes ahmed aiko aisha akira alan alba albert
  alejandra alejandro alessandro alex alexander alexandra alexei alexis alfred ali alice alicia alina alison amanda amara
  amelia amina amir amit amy ana anastasia anders andre andrea andreas andrei andrew andrzej anders angela anita anja ann
  anna anne annika anthony antoine anton antonio anya arjun arnaud arthur arun asha ashley astrid ayesha ayse barbara
  bartosz beatrice beatriz ben benjamin bernard beth bianca bjorn björn bob bogdan boris brandon brenda brian bridget
  bruce bruno carla carlos carmen carol caroline catherine cecilia charles charlie charlotte chen chiara chidi chinedu
  chloe chris christian christina christine christopher claire clara claudia colin connor craig cynthia cyril dan daniel
  daniela danielle daria dave david dawid deborah deepak denis derek diana diego dieter dimitri dina dmitri dmitry
  dominic dominik donna dora doris dorothy douglas dylan edith edward eduardo eileen elena eli elif elisa elizabeth ella
  ellen elsa emeka emil emilia emily emma eric erica erik erika ernesto esra esther ethan eugene eva evelyn fabian farah
  fatima felipe felix fernanda fernando fiona francesca francesco francois françois frank fred freya gabriel gabriela gary
  geoff george georgia gerald gerard gianni gilles giorgio giovanni giulia gordon greg greta guido gustavo hamza hana
  hanna hannah hans harold haruka haruto harry hassan heather hector heidi helen helena helga hendrik henry hiro hiroshi
  howard hugo hussein ian ibrahim igor imran ines inés inga ingrid irene irina iris isaac isabel isabella ivan ivana jacob
  jacques jakub james jamie jan jana jane janet jason javier jean jeff jeffrey jennifer jenny jeremy jerome jessica jesús
  jill jim jin joan joanna joao joão joe joel johan johannes john johnny jon jonas jonathan jorge jose josé joseph joshua
  juan juanita judith julia julian julie julien jun jürgen kamal karen karim karin karl karolina kasia kate katarina
  katherine kathleen katie katja keiko keith kelly ken kenji kenneth kevin khadija khalid kim kiran klara klaus kofi kristin
  kumar kwame lars laura laurence laurent lea leah leila lena leo leon leonardo leslie lewis li liam lina linda lisa liu
  liz lorenzo louis louise luca lucas lucia lucy luis luisa lukas luke luther lydia maciej magda magnus mahmoud mai malik
  manuel marc marcel marcin marco marcos marcus margaret maria mariam marie marina mario marion marius marta martha martin
  martina mary matilda matt matteo matthew matthias maurice maya megan mehmet mei melanie melissa mia michael michal
  michel michelle miguel mikael mike mikhail mila milan mina miriam mohamed mohammed monika moritz muhammad mustafa nadia
  naomi natalia natalie natasha nathan neha neil ngozi nguyen nguyễn nia nicholas nick nicolas nicole niklas nikolai nils
  nina noah noor nora norman nuno oksana ola oleg olga oliver olivia olu oluwaseun omar oscar oskar otto owen pablo pamela
  paolo pascal patricia patrick paul paula paulo pavel pedro peter petra phil philip philipp philippe pierre piotr priya
  rachel rafael raj rajesh ralf ramesh raphael rashid raul ravi rebecca renata reza ricardo richard rita robert roberto
  rodrigo roger rohan roland roman ron ronald rosa ross roxana rui russell ruth ryan sabine sadia saeed sakura salma sam
  samantha samira samuel sandra sanjay santiago sara sarah sasha scott sean sebastian sergei sergey shanice shira shreya
  silvia simon simone sofia sonia sophia sophie stefan stefano stella stephanie stephen steve steven stuart sunil suresh
  susan suzanne svetlana sven tamara tanya tara tariq tatiana ted teresa thandi theo theresa thomas tim timothy tina
  tobias todd tom tomas tomasz toni tony tove tunde ulrich ursula valentina valeria vanessa vera veronica victor victoria
  vijay vikram viktor vincent vladimir wei wendy werner wilhelm william wojciech xavier xin yan yara yasmin yuki yusuf
  yuri yves yvonne zainab zara zeynep zoe zoë zofia zhang wang
  marisol soledad thandiwe oleksandr olena mykola dmytro bohdan andriy ihor yulia svitlana kateryna nikita ksenia
  darya vadim arkady gennady lyudmila galina zhanna timur ruslan aigerim nursultan bekzat azamat farid leyla nigar
  emin elvin tural kenan orhan cem deniz ayşe fatma emre burak serkan hakan tolga onur baris kerem selin ebru gizem
  merve büşra yasemin arzu levent okan volkan tarkan asli siobhán niamh aoife ciara saoirse oisín eoin cian fionn
  padraig declan ronan brendan aidan maeve roisin amélie chloé léa manon inès élodie céline aurélie sébastien
  stéphane frédéric rémi benoît guillaume mathieu cédric thibault baptiste gaël loïc yann maëlle anaïs joaquín matías
  ramón ramiro esteban gonzalo rocío consuelo graciela ximena itzel guadalupe paloma nerea iker aitor unai ainhoa
  maría lucía sofía andrés martín tomás nicolás sebastián álvaro iñigo thiago caio vinícius larissa letícia joana
  inês duarte gonçalo tiago henrique marcelo leandro adriano wesley flávia chukwuemeka adaeze chiamaka ifeoma obinna
  uche kelechi tobenna temitope olumide folake yetunde babatunde ayodele abiola kwaku kwasi akosua abena kojo efua
  sipho thabo lerato naledi zanele nomsa bongani mandla themba nkosana tendai farai chipo rudo tafadzwa wanjiru njeri
  kamau otieno achieng mwangi wambui nyambura juma zawadi halima hyun-woo ji-woo min-jun seo-yeon ji-hoon soo-jin
  eun-ji hye-jin jae-hyun sung-min dong-hyun yu-jin minh linh thuy huong trang tuan hieu phuong quang thanh khanh
  meiling jiahao zihan yichen weijie haoran mingzhe xiaoming yuxuan ruoxi siyu junjie zhihao kaito yui hina
  haruki takumi daichi kenta shota ryota naoki tomoko yoko noriko ayumi misaki kaori reiko sachiko hideo takeshi
  aarav vihaan ananya ishaan kavya aditya arnav diya saanvi meera lakshmi gayatri padma sarita sunita manish nitin
  pooja rahul rakesh sandeep sneha swati varun vivek yash naveen prakash ganesh harish girish mahesh dinesh venkat
  srinivas karthik arvind devendra jayesh bhavesh hitesh pankaj neeraj anil zahra yasmine imane oumar mamadou
  aissatou ousmane cheikh moussa ibrahima aminata fatou bintou seydou amadou ingeborg sigrid solveig torbjørn bjarne
  geir øyvind håkon ragnhild henrik søren jørgen mette lene kirsten pernille rasmus kasper mikkel aino eero jukka
  pekka matti timo kalle antti juha riitta päivi tuula agnieszka małgorzata katarzyna krzysztof łukasz paweł michał
  grzegorz mateusz jadwiga kacper szymon zuzanna jiří petr zdeněk jaroslav miroslav bohumil vlasta markéta tereza
  božena ondřej lukáš matěj katalin zoltán lászló gábor istván ferenc attila ildikó dragan goran zoran nenad slobodan
  vesna jelena milica snežana bojan dejan marko luka ana-maria ioana andreea mihai radu ștefan gheorghe constantin
  eleni giorgos kostas nikos dimitris vasilis katerina ioanna despina panagiotis stavros spyros aleksandra stanislav
  vyacheslav mikhaela rosalind imogen tamsin gareth rhys sian carys dafydd llewellyn callum hamish fergus morag isla
  catriona alasdair ewan lachlan leilani kealoha aroha wiremu hemi ngaire hadiza aminu bashir sani maryam abubakar
  usman yakubu layla hani rania samir tarek walid yasser amal huda nadim ziad faisal khaled majid saleh nasser hamad
  shaima`)

/** Names that are words too: at the start of a sentence they need a verb of their own after them. */
export const wordNames = words(`
  will mark may page grant rose art bill rob grace frank bob pat sue hope faith joy dawn april june august summer autumn
  ray rich jack chip chase chance case drew dean earl duke guy gene glen hank herb jade jay josh king lance major max
  mason miles nick norm olive pearl penny pierce piper price randy ruby rusty sage sandy skip star stew sterling stone
  tad trey trip troy tuck van victor violet wade ward wren ivy iris lily daisy basil cliff clay cole cook carter cooper
  baker banks bishop blake bond booth brook brooks bush butler crew cross day field fisher ford fox frost gates gold good
  green hall hardy harper head hunter knight lane law little long love marsh mercy moody noble north parker peace power
  reed rush sharp short small speed street strong swift taylor turner van wall waters weaver west white wise wood woods
  young les mike mac tab web al ed may don constant angel christian`)
