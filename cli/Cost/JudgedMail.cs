using System.Net;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Dns;
using Cloud.Flow.Door;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;
using Cloud.Wire.Limits;

namespace Cloud.Cli.Cost;

/// <summary>What it takes to have mail judged: a door that mistrusts this machine, names to ask about it, a filter that has learned.</summary>
static class JudgedMail
{
    /// <summary>The port's name.</summary>
    public const string Port = "judged";

    /// <summary>A domain that publishes nothing: its mail has to wait.</summary>
    public const string Stranger = "stranger.test";

    /// <summary>A retry after so long comes through.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(6);

    /// <summary>Messages of each kind that a filter learns before it says anything, and some more.</summary>
    const int Lessons = 25;

    /// <param name="hostname">What the server calls itself.</param>
    /// <param name="client">The domain that may send from this machine.</param>
    public static MessageDoor Door(string hostname, string client)
    {
        var options = new DoorOptions
        {
            Hostname = hostname,
            Trusted = NetworkList.Empty,
            Greylist = GreylistMode.Suspicious,
        };
        return new(options, new Names(client), TimeProvider.System, Entropy.System);
    }

    /// <summary>Moves messages as a user does, so that the account's filter has an opinion of the next ones.</summary>
    public static async Task TeachAsync(CountedStore store, AccountId account, CancellationToken cancel)
    {
        await using var gateway = new LocalGateway(store.Backend);
        var mailboxes = await gateway.ListMailboxesAsync(account, cancel);
        var inbox = mailboxes.Single(mailbox => mailbox.Name == "INBOX").Id;
        foreach (var target in new[] { "Junk", "Archive" })
        {
            var uids = new List<uint>();
            for (var number = 0; number < Lessons; number++)
            {
                var transaction = TransactionId.Create(store.Clock, Entropy.System);
                await using var upload = await gateway.BeginUploadAsync(transaction, cancel);
                await upload.WriteAsync(Encoding.ASCII.GetBytes(Letter.Write(-1, "ada@elsewhere.test", 0)), cancel);
                var message = await upload.CompleteAsync(cancel);
                var now = store.Clock.GetUtcNow();
                AppendRequest request = new(transaction, account, inbox, message, MessageFlags.Seen, [], now);
                uids.Add((await gateway.AppendAsync(request, cancel)).Value!.Uid);
            }
            var to = mailboxes.Single(mailbox => mailbox.Name == target).Id;
            await gateway.MoveAsync(new(account, inbox, UidSet.Of(uids), to), cancel);
        }
    }

    /// <summary>One domain that may send from this machine, and nothing else.</summary>
    sealed class Names(string client) : IResolver
    {
        static readonly TimeSpan Hour = TimeSpan.FromHours(1);

        public ValueTask<DnsAnswer> QueryAsync(DnsName name, RecordType type, CancellationToken cancel)
        {
            var host = DnsName.Parse(client);
            ResourceRecord? record = type switch
            {
                RecordType.Txt when name == host => new TxtRecord(
                    name,
                    Hour,
                    new(Encoding.ASCII.GetBytes("v=spf1 ip4:127.0.0.1 -all"))
                ),
                RecordType.A when name == host => new AddressRecord(name, Hour, IPAddress.Loopback),
                RecordType.Ptr when name == DnsName.ReverseOf(IPAddress.Loopback) => new PtrRecord(name, Hour, host),
                _ => null,
            };
            return new(record is null ? DnsAnswer.NoSuchName(name, type) : DnsAnswer.Of(name, type, [record]));
        }
    }
}
