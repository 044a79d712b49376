using System.CommandLine;
using Cloud.Api.Rest.Mailboxes;
using Cloud.Cli.Control;

namespace Cloud.Cli.Admin;

/// <summary>`cloud acl list|set|remove`: who beside its user may do what with a mailbox.</summary>
static class AclCommand
{
    public static Command Create() =>
        new("acl", "Who beside its user may do what with a mailbox.") { List(), Set(), Remove() };

    static Command List()
    {
        var (address, mailbox) = Arguments();
        return SharedOptions.Showing(
            new Command("list", "Who has which rights, a line each.") { address, mailbox },
            (api, parsed, cancel) =>
                api.GetAsync(Target(parsed, address, mailbox), MailboxJson.Default.MailboxSharing, cancel),
            MailboxJson.Default.MailboxSharing,
            Print
        );
    }

    static Command Set()
    {
        var (address, mailbox) = Arguments();
        var (identifier, rights) = (Identifier(), new Argument<string>("rights"));
        rights.Description = "Letters: l list, r read, s \\Seen, w flags, i insert, k x mailboxes, t e delete, a grant";
        return SharedOptions.Showing(
            new Command("set", "Give somebody these rights and no others.") { address, mailbox, identifier, rights },
            (api, parsed, cancel) =>
                api.SendAsync(
                    "PUT",
                    $"{Target(parsed, address, mailbox)}/{ApiCalls.Segment(parsed.GetRequiredValue(identifier))}",
                    new GrantedLetters(parsed.GetRequiredValue(rights)),
                    MailboxJson.Default.GrantedLetters,
                    MailboxJson.Default.MailboxSharing,
                    cancel
                ),
            MailboxJson.Default.MailboxSharing,
            Print
        );
    }

    static Command Remove()
    {
        var (address, mailbox) = Arguments();
        var identifier = Identifier();
        return SharedOptions.Asking(
            new Command("remove", "Take all rights of somebody back.") { address, mailbox, identifier },
            (api, parsed, cancel) =>
                api.DoAsync(
                    "DELETE",
                    $"{Target(parsed, address, mailbox)}/{ApiCalls.Segment(parsed.GetRequiredValue(identifier))}",
                    cancel
                )
        );
    }

    static (Argument<string> Address, Argument<string> Mailbox) Arguments() =>
        (
            new("address") { Description = "Whose mailbox it is" },
            new("mailbox") { Description = "Its whole name, such as INBOX" }
        );

    static Argument<string> Identifier() =>
        new("identifier") { Description = "A user's address, or anyone (of the domain); with - before it: denied" };

    static string Target(ParseResult parsed, Argument<string> address, Argument<string> mailbox) =>
        $"/users/{ApiCalls.Segment(parsed.GetRequiredValue(address))}"
        + $"/mailboxes/{ApiCalls.Segment(parsed.GetRequiredValue(mailbox))}/acl";

    static void Print(MailboxSharing sharing)
    {
        foreach (var entry in sharing.Entries)
            Console.WriteLine($"{entry.Identifier}\t{entry.Rights}");
    }
}
