using Cloud.Bench;
using Cloud.Bench.Mail;
using Cloud.Bench.Scenarios;
using Cloud.Bench.Store;

// Figures for docs/performance.md. Each scenario starts what it measures as a process of its own and prints a table.
var scenario = args.Length > 0 ? args[0] : "help";
var options = Options.Parse(args.Skip(1));
switch (scenario)
{
    case "receive":
        await Receive.RunAsync(options);
        break;
    case "relay":
        await RelayMail.RunAsync(options);
        break;
    case "start":
        await Start.RunAsync(options);
        break;
    case "handler":
        await HandlerStart.RunAsync(options);
        break;
    case "idle":
        await Idle.RunAsync(options);
        break;
    case "imap":
        await ImapCommands.RunAsync(options);
        break;
    case "open":
        await Open.RunAsync(options);
        break;
    case "mail-decode":
        MailDecode.Run(options);
        break;
    case "dns":
        await DnsLookups.RunAsync(options);
        break;
    case "dkim":
        await DkimMessages.RunAsync(options);
        break;
    case "door":
        await DoorMessages.RunAsync(options);
        break;
    case "store":
        await StoreScenario.RunAsync(Console.Out, CancellationToken.None);
        break;
    case "mail":
        MailScenario.Run(Console.Out);
        break;
    default:
        Console.WriteLine(
            """
            dotnet run -c Release --project tests/Cloud.Bench -- SCENARIO [--name value …]

              receive   messages received to mailbox: rate and CPU
                        --size 4096  --messages 5000  --connections 10  --users 10  --rounds 5
                        --warm-up 5000   messages before the first round, while code is still being compiled
                        --peer postfix   the same against Postfix and Dovecot, rounds interleaved (needs root)
                        --judged yes     from a stranger who signs; beside it a server that judges its mail
                        --beside FILE,FILE   the same against other builds of `cloud`, rounds interleaved
              relay     messages of a user sent on to a host: rate, CPU and memory (needs smtp-sink)
                        --size 4096  --messages 10000  --connections 10  --rounds 3  --warm-up 3000
                        --peer postfix   the same by Postfix, rounds interleaved (needs root)
                        --signed yes     Postfix signs, too, by OpenDKIM
                        --beside FILE,FILE   the same by other builds of `cloud`
              start     from exec to `ready`                                --rounds 9
              handler   the published Functions app: exec to first answer  --functions DIR,DIR  --rounds 9
              idle      resident memory of an idle plain IMAP connection    --connections 2000
              open      a mailbox opened: time and rows read                --messages 100000  --rounds 9
              imap      IMAP commands on a large mailbox: time and CPU
                        --messages 10000  --rounds 3  --peer dovecot,cyrus (need root)
                        --only TEXT      the commands whose names have it
              mail-decode  transfer decoders, and parsers on hostile input
                        --size 25 (MiB)  --rounds 9  --slowest 10  --hostile-rounds 21
                        --most 50   fails where an input takes more ms of CPU
              dns       names looked up over UDP and from the cache
                        --names 1000  --lookups 10000  --rounds 9
              dkim      a message of 50 KB verified and signed          --rounds 9  --messages 400
              door      a message judged, without session and store   --rounds 9  --messages 1000
              store     the embedded store alone, 16 callers: rate, CPU and allocations of commits and blobs
              mail      messages indexed: time and allocations; base64 decoded
            """
        );
        break;
}
