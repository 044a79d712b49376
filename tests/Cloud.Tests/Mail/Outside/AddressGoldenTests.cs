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
        foreach (var (id, address, category) in Rows())
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
        foreach (var (id, address, category) in Rows().Where(row => row.Category != "ISEMAIL_ERR"))
        {
            var list = AddressList.Parse(Encoding.UTF8.GetBytes(address));
            var isOne = list is [{ IsMailbox: true, Host.IsNilOrEmpty: false }];
            differences.Compare(id, "one address", isOne ? "one address" : IndexText.Of(list));
        }

        differences.AssertAsListed();
    }

    /// <remarks>The pictures of control characters stand for themselves: XML cannot hold them.</remarks>
    static IEnumerable<(string Id, string Address, string Category)> Rows() =>
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
                    test.Element("category")!.Value
                )
            );
}
