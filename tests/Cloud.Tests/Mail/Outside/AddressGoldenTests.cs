using System.Text;
using System.Xml.Linq;
using Cloud.Mail;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Outside;

/// <summary>Addresses with what the is_email library makes of them.</summary>
public sealed class AddressGoldenTests
{
    [Fact]
    public void Addresses_that_smtp_can_carry_are_taken_and_no_others()
    {
        var differences = Differences.Load("is-email.typed");
        foreach (var (id, address, category, _) in Rows())
            differences.Compare(
                id,
                category is "ISEMAIL_VALID_CATEGORY" or "ISEMAIL_RFC5321" or "ISEMAIL_DNSWARN" ? "taken" : "refused",
                EmailAddress.TryParse(address) is null ? "refused" : "taken"
            );
        differences.AssertAsListed();
    }

    [Fact]
    public void Addresses_that_a_header_may_hold_are_read_there()
    {
        var differences = Differences.Load("is-email.header");
        foreach (var (id, address, _, _) in Rows().Where(row => row.Category != "ISEMAIL_ERR"))
        {
            var list = AddressList.Parse(Encoding.UTF8.GetBytes(address));
            var isOne = list is [{ IsMailbox: true, Host.IsNilOrEmpty: false }];
            differences.Compare(id, "one address", isOne ? "one address" : IndexText.Of(list));
        }

        differences.AssertAsListed();
    }

    /// <summary>What their diagnosis means for us, by <c>is-email.diagnoses</c>: we have none of our own.</summary>
    [Fact]
    public void Every_diagnosis_has_a_reading_where_addresses_are_typed_and_one_in_headers()
    {
        var readings = Readings();
        var differences = Differences.Load("is-email.diagnosis");
        var met = new HashSet<string>();
        foreach (var (id, address, _, diagnosis) in Rows())
        {
            var typed = EmailAddress.TryParse(address) is null ? "refused" : "taken";
            var shown = AddressList.Parse(Encoding.UTF8.GetBytes(address)) switch
            {
                [{ IsMailbox: true, Mailbox.IsNilOrEmpty: false, Host.IsNilOrEmpty: false }] => "address",
                [{ IsMailbox: true }] => "half",
                [] => "nothing",
                _ => "several",
            };
            differences.Compare(id, readings[diagnosis], $"{typed}, {shown}");
            met.Add(diagnosis);
        }

        Assert.Empty(readings.Keys.Except(met));
        differences.AssertAsListed();
    }

    static Dictionary<string, string> Readings() =>
        Differences
            .ReadText("is-email.diagnoses")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(": "))
            .ToDictionary(pair => pair[0], pair => pair[1]);

    /// <remarks>The pictures of control characters stand for themselves: XML cannot hold them.</remarks>
    static IEnumerable<(string Id, string Address, string Category, string Diagnosis)> Rows() =>
        XDocument
            .Parse(Differences.ReadText("is-email", "tests.xml"), LoadOptions.PreserveWhitespace)
            .Root!.Elements("test")
            .Select(test =>
                (
                    test.Attribute("id")!.Value,
                    string.Concat(
                        test.Element("address")!
                            .Value.Select(c => c is >= '\u2400' and < '\u2420' ? (char)(c - 0x2400) : c)
                    ),
                    test.Element("category")!.Value,
                    test.Element("diagnosis")!.Value
                )
            );
}
